using ManualVae.Data;

namespace ManualVae.Training;

/// <summary>
/// What the columns of a run's model stand for, and whom it was trained on: <c>items.tsv</c> and <c>users.tsv</c> of the run's
/// folder. With them a run can be used on data that was imported anew, where the same items have other columns.
/// </summary>
/// <param name="Items">The items in the order of the model's columns.</param>
/// <param name="TrainedUsers">Original ids of the users with training clicks.</param>
public sealed record RunIds(ItemList Items, IReadOnlyList<string> TrainedUsers)
{
    private const string ItemsFile = "items.tsv", UsersFile = "users.tsv";

    /// <summary>The ids of a run on a dataset.</summary>
    public static RunIds Of(PreparedDataset data, RunSettings settings)
    {
        var train = settings.TrainedOn(data).Train;
        return new(data.Items, [.. Enumerable.Range(0, train.Rows)
            .Where(row => train.RowLength(row) > 0).Select(row => data.UserIds[row])]);
    }

    /// <summary>Writes the files; returns the hash that pins them.</summary>
    internal string Save(string folder)
    {
        Items.Write(Path.Combine(folder, ItemsFile));
        PreparedDataset.WriteUsers(Path.Combine(folder, UsersFile), TrainedUsers);
        return Hash(folder);
    }

    /// <summary>Reads the files.</summary>
    /// <exception cref="InputException">One is missing, or they are not those that were written.</exception>
    internal static RunIds Read(string folder, string hash)
    {
        foreach (string name in new[] { ItemsFile, UsersFile })
            if (!File.Exists(Path.Combine(folder, name)))
                throw new InputException($"{Path.Combine(folder, name)}: is missing; put it back, or train again.");
        return Hash(folder) == hash
            ? new(ItemList.Read(Path.Combine(folder, ItemsFile)), PreparedDataset.ReadUsers(Path.Combine(folder, UsersFile)))
            : throw new InputException(
                $"{folder}: its {ItemsFile} or {UsersFile} changed since the training (SHA-256 differs); put it back, or train "
                + "again.");
    }

    private static string Hash(string folder) => DatasetManifest.Hash(System.Text.Encoding.UTF8.GetBytes(
        DatasetManifest.HashFile(Path.Combine(folder, ItemsFile)) + DatasetManifest.HashFile(Path.Combine(folder, UsersFile))));
}
