namespace ManualVae.Data.Download;

/// <summary>A file of a dataset at its owner's address.</summary>
/// <param name="Url">Where it is.</param>
/// <param name="Bytes">Its size, where it is fixed.</param>
/// <param name="Md5">Its MD5, where the owner published one.</param>
public sealed record CatalogueFile(Uri Url, long? Bytes = null, string? Md5 = null)
{
    /// <summary>The last part of the address.</summary>
    public string Name => Path.GetFileName(Url.AbsolutePath);
}

/// <summary>A public dataset.</summary>
/// <param name="Name">Name for the command line.</param>
/// <param name="Title">Full name.</param>
/// <param name="Homepage">Where its owner describes it.</param>
/// <param name="Licence">The terms, in short.</param>
/// <param name="Format">Format for <c>data import</c>.</param>
/// <param name="Files">What to fetch.</param>
/// <param name="Users">Expected users, where known.</param>
/// <param name="Items">Expected items, where known.</param>
/// <param name="Clicks">Expected clicks, where known.</param>
public sealed record CatalogueEntry(string Name, string Title, string Homepage, string Licence, string Format,
    CatalogueFile[] Files,
    int? Users = null, int? Items = null, long? Clicks = null);
