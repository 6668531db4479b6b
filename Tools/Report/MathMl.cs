namespace ManualVae.Tools.Report;

/// <summary>Pieces of MathML for the formulas of lessons.</summary>
internal static class MathMl
{
    /// <summary>A formula on a line of its own. Parts that are not MathML become operators.</summary>
    public static string Display(params string[] parts) => "<p class=\"formula\"><math displaystyle=\"true\"><mrow>"
        + string.Concat(parts.Select(part => part.StartsWith("<m", StringComparison.Ordinal) ? part : Op(part)))
        + "</mrow></math></p>";

    public static string Id(string name) => $"<mi>{Html.Escape(name)}</mi>";

    public static string Num(string value) => $"<mn>{value}</mn>";

    public static string Op(string symbol) => $"<mo>{Html.Escape(symbol)}</mo>";

    public static string Text(string words) => $"<mtext> {Html.Escape(words)} </mtext>";

    public static string Sub(string name, string index) => $"<msub>{Id(name)}{Id(index)}</msub>";

    public static string Sup(string name, string power) => $"<msup>{Id(name)}<mo>{power}</mo></msup>";

    public static string SubSup(string name, string index, string power) =>
        $"<msubsup>{Id(name)}{Num(index)}{Num(power)}</msubsup>";

    public static string Power(string content, string power) => $"<msup><mrow>{content}</mrow>{Num(power)}</msup>";

    public static string Norm(string content) => $"{Op("‖")}{content}{Op("‖")}";

    public static string Angle(string a, string b) => $"{Op("⟨")}{a}{Op(",")}{b}{Op("⟩")}";

    public static string Paren(string content) => $"{Op("(")}{content}{Op(")")}";

    public static string Paren(string a, string b, string between = ",") => Paren($"{a}{Op(between)}{b}");

    public static string Fraction(string above, string below) => $"<mfrac><mrow>{above}</mrow><mrow>{below}</mrow></mfrac>";
}
