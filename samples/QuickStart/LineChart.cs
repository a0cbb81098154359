namespace QuickStart;

/// <summary>A curve over the epochs of a training.</summary>
internal static class LineChart
{
    private const double Width = 480;
    private const double Height = 220;
    private const double Left = 44;
    private const double Right = 12;
    private const double Top = 12;
    private const double Bottom = 34;

    /// <summary>Draws one value an epoch on an axis from 0 to <paramref name="top"/>, with a line at the epoch that was kept.</summary>
    public static Svg Draw(string label, IReadOnlyList<double> values, double top, int kept)
    {
        var svg = new Svg(Width, Height, label, "chart");
        for (var i = 0; i <= 4; i++)
        {
            var value = top * i / 4;
            svg.Add("line", ("x1", Left), ("x2", Width - Right), ("y1", Y(value)), ("y2", Y(value)), ("class", "grid"));
            svg.AddText(FormattableString.Invariant($"{value:0.###}"), ("x", Left - 6), ("y", Y(value) + 4), ("class", "tick end"));
        }
        var step = Math.Max(1, (int)Math.Ceiling(values.Count / 8.0 / 5) * 5);
        for (var epoch = step; epoch <= values.Count; epoch += step)
            svg.AddText($"{epoch}", ("x", X(epoch)), ("y", Height - Bottom + 16), ("class", "tick middle"));
        svg.AddText("epoch", ("x", Width - Right), ("y", Height - 3), ("class", "tick end"));

        svg.Add("line", ("x1", X(kept)), ("x2", X(kept)), ("y1", Top), ("y2", Height - Bottom), ("class", "kept"));
        svg.AddText("kept", ("x", X(kept) - 5), ("y", Height / 2), ("class", "tick end"));
        svg.Add("polyline", ("points", string.Join(' ', values.Select((value, i) => FormattableString.Invariant($"{X(i + 1):F1},{Y(value):F1}")))), ("class", "curve"));
        return svg;

        double X(int epoch) => Left + (Width - Left - Right) * (epoch - 1) / Math.Max(1, values.Count - 1);

        double Y(double value) => Height - Bottom - (Height - Top - Bottom) * value / top;
    }
}
