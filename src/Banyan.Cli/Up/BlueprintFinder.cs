namespace Banyan.Cli.Up;

/// <summary>Finds a blueprint by what someone typed: a path, or the name of one that comes with Banyan.</summary>
internal static class BlueprintFinder
{
    /// <summary>Environment variable with the root of the repository, set by the launcher.</summary>
    public const string HomeVariable = "BANYAN_HOME";

    private static readonly string[] Extensions = [".yaml", ".yml"];

    /// <summary>The path of a blueprint; the text itself where nothing by that name comes with Banyan, so that the reader says what is wrong.</summary>
    /// <exception cref="CommandFailure">It is a bare name that no shipped blueprint has.</exception>
    public static string Find(string nameOrPath)
    {
        if (File.Exists(nameOrPath) || Directory.Exists(nameOrPath) || nameOrPath.Contains('/', StringComparison.Ordinal) || Extensions.Any(e => nameOrPath.EndsWith(e, StringComparison.OrdinalIgnoreCase)))
            return nameOrPath;
        return FindShipped(nameOrPath) ?? throw new CommandFailure(Shipped() is { Count: > 0 } names
            ? $"no blueprint is called '{nameOrPath}': there are {string.Join(", ", names)}, or give a file's path"
            : $"no blueprint is called '{nameOrPath}': give a file's path");
    }

    /// <summary>The path of a shipped blueprint; null where none has that name.</summary>
    public static string? FindShipped(string name) => Folder() is { } folder && Path.Combine(folder, name + ".yaml") is var path && File.Exists(path) ? path : null;

    private static List<string> Shipped() => Folder() is { } folder
        ? [.. Directory.EnumerateFiles(folder, "*.yaml").Select(static f => Path.GetFileNameWithoutExtension(f)!).Order(StringComparer.Ordinal)]
        : [];

    /// <summary>Beside the repository's root, else the first <c>blueprints</c> on the way up from the program.</summary>
    private static string? Folder()
    {
        if (Environment.GetEnvironmentVariable(HomeVariable) is { Length: > 0 } home && Directory.Exists(Path.Combine(home, "blueprints")))
            return Path.Combine(home, "blueprints");
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (Directory.Exists(Path.Combine(folder.FullName, "blueprints")))
                return Path.Combine(folder.FullName, "blueprints");
        }

        return null;
    }
}
