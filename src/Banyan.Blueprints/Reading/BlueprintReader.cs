using System.Text;
using Banyan.Blueprints.Model;
using Banyan.Blueprints.Reading.Language;
using Banyan.Blueprints.Reading.Yaml;

namespace Banyan.Blueprints.Reading;

/// <summary>Reads blueprints from YAML. Never throws for bad input: every problem is a finding with its place, all of them at once. Thread-safe.</summary>
public static class BlueprintReader
{
    /// <summary>The largest file that is read, in bytes.</summary>
    public const int MaxBytes = 1 << 20;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Reads a file.</summary>
    public static ReadResult Read(string path)
    {
        try
        {
            if (Directory.Exists(path))
                return Failed(path, $"{path} is a folder", "name the blueprint's file in it");
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var bytes = new byte[MaxBytes + 1];
            var length = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            return ReadBytes(bytes.AsSpan(0, length), path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return Failed(path, $"{path} does not exist", "name a blueprint's file, such as blueprints/kai.yaml");
        }
        catch (UnauthorizedAccessException)
        {
            return Failed(path, $"{path} may not be read by this user", "give this user the right to read it");
        }
        catch (Exception e) when (e is IOException or ArgumentException or NotSupportedException)
        {
            return Failed(path, $"{path} can't be read: {e.Message}", "name a blueprint's file, such as blueprints/kai.yaml");
        }
    }

    /// <summary>Reads a file's bytes: UTF-8, with or without a byte order mark.</summary>
    /// <param name="bytes">What the file holds.</param>
    /// <param name="file">Its name, for people.</param>
    public static ReadResult ReadBytes(ReadOnlySpan<byte> bytes, string file)
    {
        if (bytes.Length > MaxBytes)
            return Failed(file, $"it is larger than {MaxBytes / 1024} KiB", "a blueprint is text of some kilobytes; describe many sites by a pattern under 'sites'");
        if (bytes.Contains((byte)0))
            return Failed(file, "it is no text", "a blueprint is YAML in UTF-8");
        try
        {
            return ReadText(StrictUtf8.GetString(bytes.StartsWith("\uFEFF"u8) ? bytes[3..] : bytes), file);
        }
        catch (DecoderFallbackException)
        {
            return Failed(file, "it is not UTF-8", "save it as UTF-8");
        }
    }

    /// <summary>Reads text.</summary>
    /// <param name="text">YAML.</param>
    /// <param name="file">The name of the file that it comes from, for people.</param>
    public static ReadResult ReadText(string text, string file)
    {
        if (text.Length > MaxBytes)
            return Failed(file, $"it is larger than {MaxBytes / 1024} KiB", "describe many sites by a pattern under 'sites'");
        var context = new ReadContext();
        Blueprint? blueprint = null;
        if (new YamlLoader(context).Load(text) is { } root)
            BlueprintLanguage.Blueprint.TryRead(root, "", context, out blueprint);
        if (blueprint is not null && !context.HasFindings)
        {
            blueprint = BlueprintLanguage.Complete(blueprint, new(context.Places));
            if (blueprint.CountSites() > RegionLanguage.MaxSites)
                context.Report(ReadRules.Limit, "sites", blueprint.Places.Of("sites"), $"the patterns make {blueprint.CountSites()} sites together", $"a platform has {RegionLanguage.MaxSites} sites at most");
        }

        return context.HasFindings || blueprint is null ? new(file, null, context.Findings()) : new(file, blueprint, []);
    }

    private static ReadResult Failed(string file, string message, string hint) =>
        new(file, null, [new(ReadRules.File, Severity.Error, "", 1, 1, message, hint)]);
}
