using System.Runtime.CompilerServices;

namespace Banyan.Blueprints.Tests;

/// <summary>Where the repository's own blueprints are.</summary>
internal static class Repository
{
    public static IEnumerable<string> Blueprints => Directory.GetFiles(Path.Combine(Root(), "blueprints"), "*.yaml", SearchOption.AllDirectories).Order(StringComparer.Ordinal);

    public static string Blueprint(string name) => Path.Combine(Root(), "blueprints", name + ".yaml");

    private static string Root([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", ".."));
}
