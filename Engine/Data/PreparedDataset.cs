using System.Text;

namespace ManualVae.Data;

/// <summary>
/// A dataset ready for training: matrices, ids and the manifest of a prepared folder. Immutable. In strong generalisation
/// <c>users.tsv</c> lists the training users, then those of validation, then those of the test; otherwise every part has all
/// users, and what the test may see is the training clicks and the validation clicks together.
/// </summary>
public sealed class PreparedDataset
{
    private const string ManifestFile = "manifest.json", UsersFile = "users.tsv", ItemsFile = "items.tsv",
        TrainFile = "train.csr", AttributesFile = "item-features.tsv";

    private readonly IReadOnlyList<ItemAttribute>? _attributes;

    private static readonly string[] KnownFiles =
    [
        UsersFile, ItemsFile, TrainFile, AttributesFile,
        .. from part in new[] { "validation", "test" } from kind in new[] { "foldin", "heldout", "candidates" }
           select $"{part}.{kind}.csr",
    ];

    /// <summary>Puts a dataset together in memory; <see cref="Save"/> it to get a folder and a hash.</summary>
    /// <param name="manifest">Source, filters, split and seed; counts and file hashes are filled in here and by Save.</param>
    /// <param name="train">Training users x items.</param>
    /// <param name="validation">The validation part, or null.</param>
    /// <param name="test">The test part, or null.</param>
    /// <param name="userIds">Original id of every user.</param>
    /// <param name="items">Original id, title and genres of every item.</param>
    /// <param name="attributes">What else is known of the items; null takes their genres, if any.</param>
    /// <exception cref="ArgumentException">The parts do not fit together.</exception>
    public PreparedDataset(DatasetManifest manifest, CsrMatrix train, EvaluationSplit? validation, EvaluationSplit? test,
        string[] userIds, ItemList items, IReadOnlyList<ItemAttribute>? attributes = null)
        : this(manifest, train, validation, test, userIds, items, attributes, "", "") { }

    private PreparedDataset(DatasetManifest manifest, CsrMatrix train, EvaluationSplit? validation, EvaluationSplit? test,
        string[] userIds, ItemList items, IReadOnlyList<ItemAttribute>? attributes, string directory, string hash)
    {
        foreach (var attribute in attributes ?? [])
            if (attribute.Values.Rows != items.Count || attribute.Values.Columns != attribute.Features.Length)
                throw new ArgumentException($"The attribute {attribute.Name} is {attribute.Values.Rows} x "
                    + $"{attribute.Values.Columns} for {items.Count} items and {attribute.Features.Length} features.");
        if (attributes?.GroupBy(attribute => attribute.Name).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw new ArgumentException($"Two attributes have the name {twice.Key}.");
        if (train.Columns != items.Count || train.Rows > userIds.Length)
            throw new ArgumentException(
                $"The training matrix is {train.Rows} x {train.Columns} for {userIds.Length} users and {items.Count} items.");
        if (manifest.Split != SplitKind.Strong && train.Rows != userIds.Length)
            throw new ArgumentException($"The training matrix has {train.Rows} rows for {userIds.Length} users.");
        foreach (var part in new[] { validation, test })
            if (part is not null) Check(part, userIds.Length, items.Count);
        Manifest = manifest with { Counts = Count(train, validation, test, userIds, items, manifest) };
        (ManifestHash, Directory) = (hash, directory);
        (Train, Validation, Test, UserIds, Items) = (train, validation, test, userIds, items);
        _attributes = attributes is null ? null : VectorFile.InOrder(attributes);
    }

    /// <summary>The folder, known by its manifest; where that is damaged, by its training matrix.</summary>
    public static FolderKind Kind { get; } = new("prepared dataset", folder =>
    {
        string manifest = Path.Combine(folder, ManifestFile);
        if (!File.Exists(manifest)) return null;
        var files = DatasetManifest.FilesListedIn(manifest) ?? (CsrFile.Is(Path.Combine(folder, TrainFile)) ? KnownFiles : null);
        return files is null ? null : file => file == ManifestFile || !file.Contains('/')
            && (files.Contains(file) || IsOfAttributes(file));
    });

    /// <summary>What the folder is and where it came from.</summary>
    public DatasetManifest Manifest { get; }

    /// <summary>SHA-256 of <c>manifest.json</c> in hexadecimal: it pins every file. Empty until saved.</summary>
    public string ManifestHash { get; }

    /// <summary>The folder, as given to <see cref="Open"/> or <see cref="Save"/>. Empty until saved.</summary>
    public string Directory { get; }

    /// <summary>Clicks of the training users.</summary>
    public CsrMatrix Train { get; }

    /// <summary>The validation part, or null where the source has none.</summary>
    public EvaluationSplit? Validation { get; }

    /// <summary>The test part, or null where the source has none.</summary>
    public EvaluationSplit? Test { get; }

    /// <summary>Original id of each user.</summary>
    public string[] UserIds { get; }

    /// <summary>Original id, title and genres of each item.</summary>
    public ItemList Items { get; }

    /// <summary>Original id of each item.</summary>
    public string[] ItemIds => Items.Ids;

    /// <summary>Title of each item, null where unknown.</summary>
    public string?[] ItemTitles => Items.Titles;

    /// <summary>Genres of each item, separated by '|', null where unknown.</summary>
    public string?[] ItemGenres => Items.Genres;

    /// <summary>
    /// What is known of the items besides clicks: the attributes of <c>item-features.tsv</c> and <c>item-vectors.NAME.npy</c>,
    /// else the genres, if there are any.
    /// </summary>
    public IReadOnlyList<ItemAttribute> Attributes => _attributes ?? (ItemAttribute.Genres(Items) is { } genres ? [genres] : []);

    /// <summary>The attributes that the folder holds in files of their own; null where none was added.</summary>
    internal IReadOnlyList<ItemAttribute>? AddedAttributes => _attributes;

    /// <summary>Number of items.</summary>
    public int ItemCount => Items.Count;

    /// <summary>Opens a prepared folder and verifies every file against the manifest.</summary>
    /// <exception cref="InputException">Not a prepared folder, or a file is missing, truncated or changed.</exception>
    public static PreparedDataset Open(string directory)
    {
        string manifestPath = Path.Combine(directory, ManifestFile);
        if (!System.IO.Directory.Exists(directory))
            throw new InputException($"{directory}: no such folder; import a dataset first, or correct the name.");
        if (!File.Exists(manifestPath))
            throw new InputException(
                $"{directory}: not a prepared dataset (no {ManifestFile}); import one first.");
        byte[] bytes = File.ReadAllBytes(manifestPath);
        var manifest = DatasetManifest.FromBytes(bytes, manifestPath);
        foreach (var (name, expected) in manifest.Files)
        {
            string path = Path.Combine(directory, name);
            if (!File.Exists(path))
                throw new InputException($"{path}: missing, though the manifest lists it; import the dataset again.");
            if (DatasetManifest.HashFile(path) != expected)
                throw new InputException($"{path}: changed since it was written (SHA-256 differs); import the dataset again.");
        }

        foreach (string name in new[] { UsersFile, ItemsFile, TrainFile })
            if (!manifest.Files.ContainsKey(name))
                throw new InputException($"{manifestPath}: lists no {name}; import the dataset again.");
        CsrMatrix? Matrix(string name) => manifest.Files.ContainsKey(name) ? CsrFile.Read(Path.Combine(directory, name)) : null;
        var train = Matrix(TrainFile)!;
        bool strong = manifest.Split == SplitKind.Strong;
        EvaluationSplit? Part(string name, int firstUser, CsrMatrix? sharedFoldIn) =>
            Matrix($"{name}.heldout.csr") is not { } heldOut ? null
            : (strong ? Matrix($"{name}.foldin.csr") : sharedFoldIn) is not { } foldIn
                ? throw new InputException($"{manifestPath}: lists no {name}.foldin.csr; import the dataset again.")
            : new EvaluationSplit(foldIn, heldOut, firstUser, Matrix($"{name}.candidates.csr"));
        try
        {
            var counts = manifest.Counts;
            var validation = Part("validation", strong ? counts.TrainUsers : 0, train);
            var test = Part("test", strong ? counts.Users - counts.TestUsers : 0,
                strong ? null : validation is null ? train : CsrMatrix.Union(train, validation.HeldOut));
            var items = ItemList.Read(Path.Combine(directory, ItemsFile));
            var attributes = ReadAttributes(directory, manifest, items.Count);
            var data = new PreparedDataset(manifest, train, validation, test, ReadUsers(Path.Combine(directory, UsersFile)),
                items, attributes, directory, DatasetManifest.Hash(bytes));
            if (data.Manifest.Counts != counts)
                throw new ArgumentException($"{ManifestFile} counts other users, items or clicks than the files hold");
            return data;
        }
        catch (ArgumentException problem)
        {
            throw new InputException($"{directory}: its files do not fit together ({problem.Message}); import the dataset again.",
                problem);
        }
    }

    /// <summary>
    /// A part as it is where a model is shown the training clicks alone, at the test too: validation clicks are then no input,
    /// and only stay out of the ranking.
    /// </summary>
    /// <param name="part"><see cref="Validation"/> or <see cref="Test"/>.</param>
    /// <exception cref="InputException">The users evaluated have no training clicks (strong generalisation).</exception>
    public EvaluationSplit ShowingTraining(EvaluationSplit part) => Manifest.Split != SplitKind.Strong
        ? part with { FoldIn = Train, Excluded = part.Known }
        : throw InputException.About(
            $"Users held out by a strong split have no training clicks to show: leave {InputException.Setting("Protocol")} out.");

    /// <summary>
    /// The dataset as a final model is trained on it, once settings and epochs are chosen: validation clicks are training clicks,
    /// and nothing is validated. Users whom a strong split holds out for validation become training users, with all their clicks.
    /// The test part stays: what it holds out is not trained on.
    /// </summary>
    /// <exception cref="InputException">The dataset has no validation part.</exception>
    public PreparedDataset WithValidationAsTraining()
    {
        if (Validation is null)
            throw InputException.About(
                $"{InputException.Setting("FitValidation")}: the dataset has no validation part to train on; leave it out.");
        var train = Manifest.Split == SplitKind.Strong
            ? CsrMatrix.Stack(Train, CsrMatrix.Union(Validation.FoldIn, Validation.HeldOut))
            : CsrMatrix.Union(Train, Validation.HeldOut);
        return new(Manifest, train, null, Test, UserIds, Items, _attributes, Directory, ManifestHash);
    }

    /// <summary>Writes the folder in one step and returns the dataset as <see cref="Open"/> would.</summary>
    /// <param name="directory">The new folder.</param>
    /// <param name="overwrite">Replace a prepared dataset that is there already.</param>
    /// <exception cref="InputException">The folder exists and may not be replaced.</exception>
    public PreparedDataset Save(string directory, bool overwrite = false)
    {
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var manifest = Manifest;
        byte[] bytes = [];
        AtomicFile.WriteFolder(directory, overwrite, folder =>
        {
            void Matrix(string name, CsrMatrix? matrix)
            {
                if (matrix is not null) CsrFile.Write(Path.Combine(folder, name), matrix);
            }
            void Part(string name, EvaluationSplit? part)
            {
                if (Manifest.Split == SplitKind.Strong) Matrix($"{name}.foldin.csr", part?.FoldIn);
                Matrix($"{name}.heldout.csr", part?.HeldOut);
                Matrix($"{name}.candidates.csr", part?.Candidates);
            }
            Matrix(TrainFile, Train);
            Part("validation", Validation);
            Part("test", Test);
            WriteUsers(Path.Combine(folder, UsersFile), UserIds);
            Items.Write(Path.Combine(folder, ItemsFile));
            WriteAttributes(folder);
            foreach (string path in System.IO.Directory.EnumerateFiles(folder))
                files[Path.GetFileName(path)] = DatasetManifest.HashFile(path);
            manifest = Manifest with { Files = files };
            bytes = manifest.ToBytes();
            AtomicFile.Write(Path.Combine(folder, ManifestFile), stream => stream.Write(bytes));
        }, Kind);
        return new PreparedDataset(manifest, Train, Validation, Test, UserIds, Items, _attributes, directory,
            DatasetManifest.Hash(bytes));
    }

    /// <summary>The same dataset with other columns.</summary>
    /// <param name="items">What the columns stand for.</param>
    /// <param name="map">Gives a matrix of this dataset those columns.</param>
    internal PreparedDataset WithItems(ItemList items, Func<CsrMatrix, CsrMatrix> map)
    {
        EvaluationSplit? Part(EvaluationSplit? part) => part is null ? null : part with
        {
            FoldIn = map(part.FoldIn),
            HeldOut = map(part.HeldOut),
            Candidates = part.Candidates is null ? null : map(part.Candidates),
        };
        var attributes = _attributes?.Select(a => a with { Values = map(a.Values.Transpose()).Transpose() }).ToList();
        return new(Manifest, map(Train), Part(Validation), Part(Test), UserIds, items, attributes, Directory, ManifestHash);
    }

    /// <summary>The same dataset with other attributes of its items.</summary>
    /// <param name="attributes">All of them.</param>
    /// <param name="sources">How they were made.</param>
    internal PreparedDataset WithAttributes(
        IReadOnlyList<ItemAttribute> attributes, SortedDictionary<string, AttributeSource> sources) =>
        new(Manifest with { Attributes = sources }, Train, Validation, Test, UserIds, Items, attributes, Directory, ManifestHash);

    /// <summary>True for the name of a file that <see cref="WriteAttributes"/> writes.</summary>
    internal static bool IsOfAttributes(string file) => file == AttributesFile || VectorFile.NameOf(file) is not null;

    /// <summary>Writes <c>item-features.tsv</c> and a file for each attribute of vectors; nothing where none was added.</summary>
    internal void WriteAttributes(string folder)
    {
        if (_attributes is null) return;
        ItemAttribute.Write(Path.Combine(folder, AttributesFile), [.. _attributes.Where(a => !VectorFile.Takes(a))]);
        foreach (var attribute in _attributes.Where(VectorFile.Takes))
            VectorFile.Write(Path.Combine(folder, VectorFile.FileOf(attribute)), attribute);
    }

    private static IReadOnlyList<ItemAttribute>? ReadAttributes(string directory, DatasetManifest manifest, int items)
    {
        if (!manifest.Files.ContainsKey(AttributesFile)) return null;
        var read = new List<ItemAttribute>(ItemAttribute.Read(Path.Combine(directory, AttributesFile), items));
        foreach (string file in manifest.Files.Keys)
            if (VectorFile.NameOf(file) is { } name)
                read.Add(VectorFile.Read(Path.Combine(directory, file), name, items));
        return read;
    }

    private static void Check(EvaluationSplit part, int users, int items)
    {
        if (part.FoldIn.Rows != part.HeldOut.Rows || part.FirstUser < 0 || part.FirstUser + part.HeldOut.Rows > users)
            throw new ArgumentException(
                $"An evaluation part has {part.FoldIn.Rows} and {part.HeldOut.Rows} rows from user {part.FirstUser} of {users}.");
        if (part.Excluded is not null) throw new ArgumentException("An evaluation part excludes other clicks than its fold-in.");
        if (part.FoldIn.Columns != items || part.HeldOut.Columns != items)
            throw new ArgumentException($"An evaluation part has {part.FoldIn.Columns} columns for {items} items.");
        if (part.Candidates is { } candidates && (candidates.Rows != part.HeldOut.Rows || candidates.Columns != items))
            throw new ArgumentException($"The candidates are {candidates.Rows} x {candidates.Columns}.");
    }

    private static DatasetCounts Count(CsrMatrix train, EvaluationSplit? validation, EvaluationSplit? test, string[] users,
        ItemList items, DatasetManifest manifest)
    {
        bool strong = manifest.Split == SplitKind.Strong;
        return new DatasetCounts
        {
            Users = users.Length,
            TrainUsers = train.Rows,
            ValidationUsers = validation?.HeldOut.Rows ?? 0,
            TestUsers = test?.HeldOut.Rows ?? 0,
            Items = items.Count,
            TrainClicks = train.EntryCount,
            ValidationFoldInClicks = strong ? validation?.FoldIn.EntryCount ?? 0 : 0,
            ValidationHeldOutClicks = validation?.HeldOut.EntryCount ?? 0,
            TestFoldInClicks = strong ? test?.FoldIn.EntryCount ?? 0 : 0,
            TestHeldOutClicks = test?.HeldOut.EntryCount ?? 0,
            TestCandidates = test?.Candidates?.EntryCount ?? 0,
        };
    }

    /// <summary>Writes <c>users.tsv</c>: index and id.</summary>
    internal static void WriteUsers(string path, IReadOnlyList<string> ids) => AtomicFile.Write(path, stream =>
    {
        using var writer = new StreamWriter(stream, new UTF8Encoding(false), 1 << 16, leaveOpen: true) { NewLine = "\n" };
        writer.WriteLine("index\tid");
        for (int user = 0; user < ids.Count; user++) writer.WriteLine($"{user}\t{IdRows.Field(ids[user])}");
    });

    /// <summary>Reads <c>users.tsv</c>.</summary>
    internal static string[] ReadUsers(string path) => [.. IdRows.Read(path, columns: 2).Select(row => row[1])];
}
