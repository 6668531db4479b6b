using System.Net;
using System.Text;

namespace ManualVae.Tools.Charts;

/// <summary>Writes SVG elements: numbers with at most two decimals, text escaped.</summary>
internal sealed class Svg
{
    private readonly StringBuilder _text = new();
    private int _numbers;

    /// <summary>A number for names that must be unique in the document.</summary>
    public int NextNumber() => _numbers++;

    /// <summary>A coordinate, two decimals at most: <c>12.5</c>.</summary>
    public static string Number(double value) => $"{Math.Round(value, 2) + 0.0:0.##}"; // + 0 turns -0 into 0

    /// <summary>Text escaped for element content and attributes.</summary>
    public static string Escape(string text) => WebUtility.HtmlEncode(text);

    /// <summary>Estimated width of a text in pixels; a little more than in common fonts.</summary>
    public static double Width(string text, double size)
    {
        double ems = 0;
        foreach (char c in text)
            ems += c switch
            {
                'i' or 'j' or 'l' or 't' or 'f' or 'I' or '.' or ',' or ':' or ';' or '|' or '!' or '\'' or ' ' or '(' or ')' =>
                    0.36,
                'm' or 'w' or 'M' or 'W' or '@' or '%' => 0.95,
                >= 'A' and <= 'Z' => 0.72,
                _ => 0.62,
            };
        return ems * size;
    }

    /// <summary>The text shortened with an ellipsis until it fits.</summary>
    public static string Fit(string text, double size, double width)
    {
        if (Width(text, size) <= width) return text;
        int length = text.Length;
        while (length > 1 && Width(text[..length] + "…", size) > width) length--;
        return text[..length].TrimEnd() + "…";
    }

    public void Raw(string markup) => _text.Append(markup).Append('\n');

    public void Line(double x1, double y1, double x2, double y2, string attributes) =>
        Raw($"<line x1=\"{Number(x1)}\" y1=\"{Number(y1)}\" x2=\"{Number(x2)}\" y2=\"{Number(y2)}\" {attributes}/>");

    public void Rectangle(double x, double y, double width, double height, string attributes) => Raw(
        $"<rect x=\"{Number(x)}\" y=\"{Number(y)}\" width=\"{Number(Math.Max(0, width))}\" "
            + $"height=\"{Number(Math.Max(0, height))}\" {attributes}/>");

    public void Circle(double x, double y, double radius, string attributes) =>
        Raw($"<circle cx=\"{Number(x)}\" cy=\"{Number(y)}\" r=\"{Number(radius)}\" {attributes}/>");

    /// <summary>An invisible disc that shows a text while the pointer is over it.</summary>
    public void Hover(double x, double y, string text) => Raw(
        $"<circle cx=\"{Number(x)}\" cy=\"{Number(y)}\" r=\"7\" class=\"mv-hover\"><title>{Escape(text)}</title></circle>");

    /// <summary>A rectangle with a text that shows while the pointer is over it.</summary>
    public void Rectangle(double x, double y, double width, double height, string attributes, string text) => Raw(
        $"<rect x=\"{Number(x)}\" y=\"{Number(y)}\" width=\"{Number(Math.Max(0, width))}\" "
            + $"height=\"{Number(Math.Max(0, height))}\" {attributes}><title>{Escape(text)}</title></rect>");

    public void Path(string data, string attributes) => Raw($"<path d=\"{data}\" {attributes}/>");

    public void Text(double x, double y, string text, string attributes) =>
        Raw($"<text x=\"{Number(x)}\" y=\"{Number(y)}\" {attributes}>{Escape(text)}</text>");

    public override string ToString() => _text.ToString();
}
