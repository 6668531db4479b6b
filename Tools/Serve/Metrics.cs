using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace ManualVae.Tools.Serve;

/// <summary>A model in service, for the metrics.</summary>
internal sealed record ModelState(string Run, string Model, int Items, int Users, int Waiting, DateTimeOffset Loaded);

/// <summary>Counters of the service, in the text format of Prometheus (version 0.0.4).</summary>
internal sealed class Metrics
{
    private static readonly double[] Seconds = [.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10];
    private static readonly double[] Queries = [1, 2, 4, 8, 16, 32, 64, 128];

    private readonly ConcurrentDictionary<(string Route, int Status), long> _requests = new();
    private readonly ConcurrentDictionary<string, Histogram> _latency = new();
    private readonly ConcurrentDictionary<(string Model, string Result), long> _reloads = new();
    private readonly Histogram _batches = new(Queries);
    private readonly long _started = Stopwatch.GetTimestamp();

    /// <summary>A request was answered.</summary>
    /// <param name="route">The route as it is mapped, or <c>other</c>.</param>
    /// <param name="status">The HTTP status; 499 if the caller went away.</param>
    /// <param name="duration">From its first line to its answer.</param>
    public void ObserveRequest(string route, int status, TimeSpan duration)
    {
        _requests.AddOrUpdate((route, status), 1, (_, count) => count + 1);
        _latency.GetOrAdd(route, _ => new(Seconds)).Observe(duration.TotalSeconds);
    }

    /// <summary>Queries were answered in one batch.</summary>
    public void ObserveBatch(int queries) => _batches.Observe(queries);

    /// <summary>A new run was <c>loaded</c>, or <c>failed</c> to load.</summary>
    public void CountReload(string model, string result) => _reloads.AddOrUpdate((model, result), 1, (_, count) => count + 1);

    /// <summary>The metrics.</summary>
    public string Write(IReadOnlyList<ModelState> models)
    {
        var text = new StringBuilder();
        void Head(string name, string kind, string help) => text.Append(CultureInfo.InvariantCulture,
            $"# HELP manualvae_{name} {help}\n# TYPE manualvae_{name} {kind}\n");
        void Line(string name, string labels, double value) => text.Append(CultureInfo.InvariantCulture,
            $"manualvae_{name}{(labels.Length > 0 ? $"{{{labels}}}" : "")} {value}\n");

        Head("requests_total", "counter", "Requests answered, by route and status.");
        foreach (var ((route, status), count) in _requests.OrderBy(pair => pair.Key))
            Line("requests_total", $"route=\"{route}\",status=\"{status}\"", count);
        Head("request_seconds", "histogram", "Time of a request, by route.");
        foreach (var (route, histogram) in _latency.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            histogram.Write("request_seconds", $"route=\"{route}\"", Line);
        Head("batch_queries", "histogram", "Queries answered together in one batch.");
        _batches.Write("batch_queries", "", Line);
        Head("waiting_queries", "gauge", "Queries that wait or are being answered.");
        foreach (var model in models) Line("waiting_queries", $"run={Label(model.Run)}", model.Waiting);
        Head("reloads_total", "counter", "New runs loaded, or failed to load.");
        foreach (var ((name, result), count) in _reloads.OrderBy(pair => pair.Key))
            Line("reloads_total", $"run={Label(name)},result=\"{result}\"", count);
        Head("model_info", "gauge", "The models in service; always 1.");
        foreach (var model in models)
            Line("model_info", $"run={Label(model.Run)},model={Label(model.Model)}", 1);
        Head("model_items", "gauge", "Items that a model knows.");
        foreach (var model in models) Line("model_items", $"run={Label(model.Run)}", model.Items);
        Head("model_users", "gauge", "Users whose histories are known.");
        foreach (var model in models) Line("model_users", $"run={Label(model.Run)}", model.Users);
        Head("model_loaded_timestamp_seconds", "gauge", "When a model was loaded, in seconds since 1970.");
        foreach (var model in models)
            Line("model_loaded_timestamp_seconds", $"run={Label(model.Run)}", model.Loaded.ToUnixTimeMilliseconds() / 1e3);
        Head("uptime_seconds", "gauge", "Time since the service started.");
        Line("uptime_seconds", "", Stopwatch.GetElapsedTime(_started).TotalSeconds);
        return text.ToString();
    }

    private static string Label(string value) => "\"" + value.Replace("\\", "\\\\", StringComparison.Ordinal)
        .Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal) + "\"";

    private sealed class Histogram(double[] bounds)
    {
        private readonly Lock _lock = new();
        private readonly long[] _counts = new long[bounds.Length + 1];
        private double _sum;

        public void Observe(double value)
        {
            int bucket = 0;
            while (bucket < bounds.Length && value > bounds[bucket]) bucket++;
            lock (_lock)
            {
                _counts[bucket]++;
                _sum += value;
            }
        }

        public void Write(string name, string labels, Action<string, string, double> line)
        {
            lock (_lock)
            {
                long below = 0;
                string comma = labels.Length > 0 ? "," : "";
                for (int bucket = 0; bucket < _counts.Length; bucket++)
                {
                    below += _counts[bucket];
                    string bound = bucket < bounds.Length ? bounds[bucket].ToString(CultureInfo.InvariantCulture) : "+Inf";
                    line($"{name}_bucket", $"{labels}{comma}le=\"{bound}\"", below);
                }
                line($"{name}_sum", labels, _sum);
                line($"{name}_count", labels, below);
            }
        }
    }
}
