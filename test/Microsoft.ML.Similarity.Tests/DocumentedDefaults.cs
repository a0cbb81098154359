using System.Globalization;
using System.Reflection;

namespace Microsoft.ML.Similarity.Tests;

/// <summary>A page's table must have a row for every declaration of a kind, with its defaults.</summary>
internal static class DocumentedDefaults
{
    public static void Assert(string page, Type kind)
    {
        string[] rows = [.. File.ReadLines(Path.Combine(Repository.Root, "docs", page)).Where(line => line.StartsWith("| `", StringComparison.Ordinal))];
        Type[] types = [.. kind.Assembly.GetTypes().Where(type => type.IsSubclassOf(kind) && !type.IsAbstract)];
        NUnit.Framework.Assert.That(rows.Select(row => row.Split('`')[1]), Is.EquivalentTo(types.Select(type => type.Name)));
        foreach (var type in types)
        {
            var declaration = Activator.CreateInstance(type)!;
            var row = rows.Single(row => row.StartsWith($"| `{type.Name}` |", StringComparison.Ordinal));
            foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly).Where(property => property.CanWrite))
            {
                var value = property.GetValue(declaration);
                var text = value switch
                {
                    null => "null",
                    bool flag => flag ? "true" : "false",
                    IConvertible => Convert.ToString(value, CultureInfo.InvariantCulture),
                    _ => value.GetType().Name,
                };
                NUnit.Framework.Assert.That(row, Does.Match($"`{property.Name}` {text}[ ,:]"));
            }
        }
    }
}
