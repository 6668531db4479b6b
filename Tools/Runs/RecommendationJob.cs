using System.Diagnostics;
using System.Globalization;
using ManualVae.Serving;

namespace ManualVae.Tools.Runs;

/// <summary>Lists for many people, made in batches while they are written.</summary>
/// <param name="recommender">Who recommends.</param>
/// <param name="people">For whom: a name for the file, and what is asked.</param>
internal sealed class RecommendationJob(Recommender recommender, IReadOnlyList<(string Name, Query Query)> people)
{
    private const int AtOnce = 500;
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(10);

    private readonly HashSet<string> _unknown = new(StringComparer.Ordinal);

    /// <summary>Ids that the model does not know, found so far.</summary>
    public IReadOnlyCollection<string> Unknown => _unknown;

    /// <summary>People for whom no click was known, so far.</summary>
    public int FromPopularity { get; private set; }

    /// <summary>The lists, person by person. A line on standard error says every ten seconds how far it is.</summary>
    public IEnumerable<(string? Name, RankedRow Item)> Rows()
    {
        var (clock, said, done) = (Stopwatch.StartNew(), TimeSpan.Zero, 0);
        foreach (var batch in people.Chunk(AtOnce))
        {
            Session.Cancellation.ThrowIfCancellationRequested();
            var answers = recommender.Recommend([.. batch.Select(person => person.Query)]);
            foreach (var (person, answer) in batch.Zip(answers))
            {
                _unknown.UnionWith(answer.Unknown);
                if (answer.FromPopularity) FromPopularity++;
                foreach (var row in RankedItems.Rows(answer.Items)) yield return (person.Name, row);
            }
            done += batch.Length;
            if (clock.Elapsed - said < Silence || done == people.Count) continue;
            said = clock.Elapsed;
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{done:#,0} of {Readable.Count(people.Count, "user")}, {done / said.TotalSeconds:#,0} a second"));
        }
    }
}
