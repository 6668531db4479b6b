using System.CommandLine;

namespace ManualVae.Tools;

/// <summary><c>manualvae tables ...</c>: published tables on data you have, published figures beside ours.</summary>
internal static class TablesVerb
{
    public static Command Create() => new("tables", "Published tables and claims beside what is measured on your data.")
    {
        TablesLiangVerb.Create(),
        TablesMechanismsVerb.Create(),
        TablesNcfVerb.Create(),
        TablesMarecVerb.Create(),
    };
}
