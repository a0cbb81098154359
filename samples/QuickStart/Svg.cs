using System.Globalization;
using System.Xml.Linq;

namespace QuickStart;

/// <summary>A drawing of a page, to which elements are added; attributes and text are escaped.</summary>
internal sealed class Svg
{
    private readonly XElement _root;

    public Svg(double width, double height, string label, string cssClass) =>
        _root = Element("svg", ("viewBox", FormattableString.Invariant($"0 0 {width} {height}")), ("role", "img"), ("aria-label", label), ("class", cssClass));

    public Svg Add(string element, params (string Name, object Value)[] attributes)
    {
        _root.Add(Element(element, attributes));
        return this;
    }

    /// <summary>Adds a text that is placed by the attributes x and y.</summary>
    public Svg AddText(string text, params (string Name, object Value)[] attributes)
    {
        var element = Element("text", attributes);
        element.Value = text;
        _root.Add(element);
        return this;
    }

    public override string ToString() => _root.ToString(SaveOptions.DisableFormatting);

    private static XElement Element(string name, params (string Name, object Value)[] attributes) =>
        new(name, attributes.Select(a => new XAttribute(a.Name, a.Value is double or float
            ? Math.Round(Convert.ToDouble(a.Value, CultureInfo.InvariantCulture), 2)
            : a.Value)));
}
