using System.CommandLine;
using ManualVae.Tools.Verbs.Tables;

namespace ManualVae.Tools.Verbs;

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
