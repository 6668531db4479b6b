namespace ManualVae.Tools.Charts;

/// <summary>Names beside points that other series draw; they move out of each other's way.</summary>
/// <param name="X">Horizontal values.</param>
/// <param name="Y">Vertical values.</param>
/// <param name="Labels">The name of each point; an empty one for a place that names keep clear of, such as a line's.</param>
public sealed record PointLabels(IReadOnlyList<double> X, IReadOnlyList<double> Y, IReadOnlyList<string> Labels) : Series("")
{
    private const double Radius = 4, TextSize = 11, LineHeight = 13;

    internal override IEnumerable<double> XValues => X;

    internal override IEnumerable<double> YValues => Y;

    internal override void Draw(Svg svg, Scale x, Scale y, int style, bool several)
    {
        CheckLengths(X.Count, Y);
        if (Labels.Count != X.Count) throw new ArgumentException("Every point needs a label, if an empty one.");
        int[] shown = [.. Enumerable.Range(0, X.Count).Where(i => x.CanShow(X[i]) && y.CanShow(Y[i]))];
        var taken = shown.Select(i => new Box(x.At(X[i]) - Radius, y.At(Y[i]) - Radius, 2 * Radius, 2 * Radius)).ToList();
        var frame = Box.Between(x, y);
        foreach (int i in shown.Where(i => Labels[i].Length > 0).OrderBy(i => y.At(Y[i])))
        {
            double atX = x.At(X[i]), atY = y.At(Y[i]), width = Svg.Width(Labels[i], TextSize);
            var places = Places(atX, atY, width).ToList();
            var box = places.Where(place => place.IsInside(frame)).OrderBy(place => taken.Sum(place.Overlap))
                .DefaultIfEmpty(places[0]).First();
            taken.Add(box);
            double middle = box.Top + LineHeight / 2;
            if (Math.Abs(middle - atY) > LineHeight) // far from its point: a thread leads there
                svg.Line(atX, atY, Math.Clamp(atX, box.Left, box.Left + width), middle, "class=\"mv-axis\"");
            svg.Text(box.Left, box.Top + 10, Labels[i], "class=\"mv-tick\" style=\"paint-order:stroke;stroke:var(--mv-paper);"
                + "stroke-width:3;stroke-linejoin:round\"");
        }
    }

    internal override void DrawMark(Svg svg, double x, double y, int style) { } // it has no name in the legend

    /// <summary>Places for a label, best first: beside the point, then above and below it, further and further.</summary>
    private static IEnumerable<Box> Places(double x, double y, double width)
    {
        for (int ring = 0; ring < 6; ring++)
            foreach (int side in ring == 0 ? [0] : new[] { -1, 1 })
            {
                double top = y - LineHeight / 2 + side * ring * LineHeight;
                yield return new(x + Radius + 4, top, width, LineHeight);
                yield return new(x - Radius - 4 - width, top, width, LineHeight);
                if (ring > 0) yield return new(x - width / 2, top, width, LineHeight);
            }
    }

    private readonly record struct Box(double Left, double Top, double Width, double Height)
    {
        public static Box Between(Scale x, Scale y) =>
            new(Math.Min(x.From, x.To), Math.Min(y.From, y.To), Math.Abs(x.To - x.From), Math.Abs(y.To - y.From));

        public bool IsInside(Box frame) => Left >= frame.Left && Left + Width <= frame.Left + frame.Width
            && Top >= frame.Top && Top + Height <= frame.Top + frame.Height;

        public double Overlap(Box other) =>
            Math.Max(0, Math.Min(Left + Width, other.Left + other.Width) - Math.Max(Left, other.Left))
                * Math.Max(0, Math.Min(Top + Height, other.Top + other.Height) - Math.Max(Top, other.Top));
    }
}
