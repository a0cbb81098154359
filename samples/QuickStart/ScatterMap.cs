namespace QuickStart;

/// <summary>Digits on a plane, each drawn as the figure it is.</summary>
internal static class ScatterMap
{
    private const double Size = 360;
    private const double Margin = 12;

    public static Svg Draw(string label, IReadOnlyList<Point> points)
    {
        var svg = new Svg(Size, Size, label, "map");
        // One scale for both axes, so that distances on the map compare.
        var (left, right) = (points.Min(point => point.Position[0]), points.Max(point => point.Position[0]));
        var (bottom, top) = (points.Min(point => point.Position[1]), points.Max(point => point.Position[1]));
        var scale = (Size - 2 * Margin) / Math.Max(right - left, top - bottom);
        foreach (var point in points)
        {
            var x = Size / 2 + (point.Position[0] - (left + right) / 2) * scale;
            var y = Size / 2 - (point.Position[1] - (bottom + top) / 2) * scale;
            svg.AddText(point.Label, ("x", x), ("y", y + 3), ("class", $"middle d{point.Label}"));
        }
        return svg;
    }
}
