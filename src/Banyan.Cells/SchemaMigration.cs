using System.Reflection;
using System.Text;

namespace Banyan.Cells;

/// <summary>One step of a service's schema.</summary>
/// <param name="Number">1, 2, 3 …: the order.</param>
/// <param name="Name">What it does, from its file's name.</param>
/// <param name="Sql">The statements; the schema named as the service exists and is first in the search path.</param>
public sealed record SchemaMigration(int Number, string Name, string Sql)
{
    /// <summary>Reads the embedded <c>Schema/001_name.sql</c> files of an assembly.</summary>
    /// <param name="assembly">The assembly.</param>
    /// <param name="folder">The folder that holds <c>Schema</c>, where the assembly has several services; null for the only one.</param>
    /// <exception cref="InvalidOperationException">A file's name does not begin with its number, or numbers are missing or double.</exception>
    public static IReadOnlyList<SchemaMigration> FromEmbedded(Assembly assembly, string? folder = null)
    {
        var migrations = new List<SchemaMigration>();
        var within = folder is null ? ".Schema." : $".{folder}.Schema.";
        foreach (var resource in assembly.GetManifestResourceNames().Where(n => n.Contains(within, StringComparison.Ordinal) && n.EndsWith(".sql", StringComparison.Ordinal)))
        {
            var file = resource[(resource.IndexOf(".Schema.", StringComparison.Ordinal) + ".Schema.".Length)..^".sql".Length];
            var parts = file.Split('_', 2);
            if (parts.Length != 2 || !int.TryParse(parts[0], out var number))
                throw new InvalidOperationException($"Schema file '{file}.sql' of {assembly.GetName().Name} must be named NNN_what_it_does.sql.");
            using var stream = assembly.GetManifestResourceStream(resource)!;
            using var reader = new StreamReader(stream, Encoding.UTF8);
            migrations.Add(new SchemaMigration(number, parts[1], reader.ReadToEnd()));
        }

        migrations.Sort(static (a, b) => a.Number.CompareTo(b.Number));
        for (var i = 0; i < migrations.Count; i++)
        {
            if (migrations[i].Number != i + 1)
                throw new InvalidOperationException($"Schema files of {assembly.GetName().Name} must count 001, 002 … without gaps; found {migrations[i].Number:000} in place of {i + 1:000}.");
        }

        return migrations;
    }
}
