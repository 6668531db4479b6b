namespace ManualVae.Tools.Tables;

/// <summary>The datasets of He et al. 2017.</summary>
internal enum NcfData
{
    /// <summary>MovieLens-1M, 3,706 items.</summary>
    MovieLens,
    /// <summary>Pinterest, 9,916 items.</summary>
    Pinterest,
}

/// <summary>
/// What was published of the sampled protocol of He et al. 2017, HR@10 and NDCG@10. "Read" figures were read in the paper named,
/// figures "from memory" were not.
/// </summary>
internal static class NcfPublished
{
    private const string He = "He et al. 2017, table 2 (from memory)",
        HeMlp = "He et al. 2017, tables 3 and 4, MLP-3 (from memory)",
        Rendle2020 = "Rendle et al. 2020 (read in Monteil et al. 2024, table 8)", Monteil = "Monteil et al. 2024, table 8 (read)",
        Liang = "Liang et al. 2018 (read in a summary of the paper)";

    private static readonly Dictionary<(NcfData, string Row), PublishedFigures> Figures = new()
    {
        [(NcfData.MovieLens, "popularity")] = new([.4535, .2543], Rendle2020),
        [(NcfData.MovieLens, "SLIM")] = new([.7162, .4468], Rendle2020),
        [(NcfData.MovieLens, "EASE")] = new([.7184, .4494], Monteil),
        [(NcfData.MovieLens, "iALS")] = new([.722, .445],
            "Rendle et al. 2022, 64 factors (read); .711/.4383 in Rendle et al. 2020"),
        [(NcfData.MovieLens, "Mult-DAE")] = new([.722, .446], Liang),
        [(NcfData.MovieLens, "MARec")] = new([.7301, .4560], Monteil),
        [(NcfData.Pinterest, "popularity")] = new([.2740, .1409], Rendle2020),
        [(NcfData.Pinterest, "SLIM")] = new([.8679, .5601], Rendle2020),
        [(NcfData.Pinterest, "EASE")] = new([.8634, .5616], Monteil),
        [(NcfData.Pinterest, "iALS")] = new([.892, .573],
            "Rendle et al. 2022, 64 factors (read); .8762/.5590 in Rendle et al. 2020"),
        [(NcfData.Pinterest, "Mult-DAE")] = new([.886, .580], $"{Liang}; NDCG from memory"),
        [(NcfData.Pinterest, "MARec")] = new([.8748, .5683], Monteil),
    };

    private static readonly Dictionary<(NcfData, string Row, int Factors), double[]> ByFactors = new()
    {
        [(NcfData.MovieLens, "MLP", 8)] = [.671, .399], [(NcfData.MovieLens, "MLP", 16)] = [.684, .410],
        [(NcfData.MovieLens, "MLP", 32)] = [.692, .425], [(NcfData.MovieLens, "MLP", 64)] = [.702, .426],
        [(NcfData.MovieLens, "NeuMF", 8)] = [.688, .410], [(NcfData.MovieLens, "NeuMF", 16)] = [.696, .420],
        [(NcfData.MovieLens, "NeuMF", 32)] = [.701, .425], [(NcfData.MovieLens, "NeuMF", 64)] = [.705, .426],
        [(NcfData.MovieLens, "NeuMF-pretrained", 8)] = [.684, .403],
        [(NcfData.MovieLens, "NeuMF-pretrained", 16)] = [.707, .426],
        [(NcfData.MovieLens, "NeuMF-pretrained", 32)] = [.726, .445],
        [(NcfData.MovieLens, "NeuMF-pretrained", 64)] = [.730, .447],
        [(NcfData.Pinterest, "NeuMF", 8)] = [.869, .546], [(NcfData.Pinterest, "NeuMF", 16)] = [.871, .547],
        [(NcfData.Pinterest, "NeuMF", 32)] = [.870, .549], [(NcfData.Pinterest, "NeuMF", 64)] = [.872, .551],
        [(NcfData.Pinterest, "NeuMF-pretrained", 8)] = [.878, .555],
        [(NcfData.Pinterest, "NeuMF-pretrained", 16)] = [.880, .558],
        [(NcfData.Pinterest, "NeuMF-pretrained", 32)] = [.879, .555],
        [(NcfData.Pinterest, "NeuMF-pretrained", 64)] = [.877, .552],
    };

    /// <summary>Published numbers of factors of the neural models.</summary>
    public static IReadOnlyList<int> Factors { get; } = [8, 16, 32, 64];

    /// <summary>Which dataset a number of items tells of, or null.</summary>
    public static NcfData? DataOf(int items) => items switch { 3706 => NcfData.MovieLens, 9916 => NcfData.Pinterest, _ => null };

    /// <summary>What was published of a row, or null.</summary>
    /// <param name="data">The dataset, or null for one that nothing was published of.</param>
    /// <param name="row">Name of the row.</param>
    /// <param name="factors">Predictive factors of a neural model.</param>
    public static PublishedFigures? Of(NcfData? data, string row, int factors)
    {
        if (data is not { } named) return null;
        if (!ByFactors.TryGetValue((named, row, factors), out var values)) return Figures.GetValueOrDefault((named, row));
        string source = $"{(row == "MLP" ? HeMlp : He)}, {factors} factors, best epoch by the test";
        return new(values, row == "NeuMF" ? $"{source}; {Rerun(named)}" : source);
    }

    private static string Rerun(NcfData data) => data == NcfData.MovieLens
        ? ".7093/.4349 in Rendle et al. 2020 (from memory), printed as .7093/.4039 in Monteil et al. 2024, table 8"
        : ".8777/.5576 in Rendle et al. 2020 (read in Monteil et al. 2024, table 8)";
}
