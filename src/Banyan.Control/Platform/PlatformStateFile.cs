using System.Text.Json;
using System.Text.Json.Serialization;

namespace Banyan.Control.Platform;

/// <summary>Reads and writes <c>platform.json</c>. A reader sees a whole file, the old one or the new one.</summary>
public static class PlatformStateFile
{
    /// <summary>Reads the state of a data folder.</summary>
    /// <returns>The state, or null where no platform was ever started there.</returns>
    /// <exception cref="PlatformException">It can't be read, or is of another format.</exception>
    public static PlatformState? Read(DataFolder data)
    {
        byte[] json;
        try
        {
            json = File.ReadAllBytes(data.StateFile);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (UnauthorizedAccessException)
        {
            throw new PlatformException($"no permission to read {data.StateFile}: run as the user who started the platform, or name another folder with --data");
        }

        try
        {
            var format = JsonSerializer.Deserialize(json, PlatformStateJson.Default.FormatOnly)?.Format;
            if (format != PlatformState.CurrentFormat)
                throw new PlatformException($"{data.Root} has data format {format}, this banyan reads format {PlatformState.CurrentFormat}: use the banyan that made it, or another folder with --data");
            return JsonSerializer.Deserialize(json, PlatformStateJson.Default.PlatformState);
        }
        catch (JsonException exception)
        {
            throw new PlatformException($"{data.StateFile} is damaged ({exception.Message.Split('\n')[0].TrimEnd('.')}): restore it from a backup, or name another folder with --data");
        }
    }

    /// <summary>Writes the state: beside the old one first, made durable, then put in its place.</summary>
    public static void Write(DataFolder data, PlatformState state)
    {
        var next = data.StateFile + ".next";
        using (var file = new FileStream(next, FileMode.Create, FileAccess.Write))
        {
            JsonSerializer.Serialize(file, state, PlatformStateJson.Default.PlatformState);
            file.Flush(flushToDisk: true);
        }

        File.Move(next, data.StateFile, overwrite: true);
    }
}

/// <summary>The part of <c>platform.json</c> that every format shares.</summary>
internal sealed record FormatOnly(int? Format);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(PlatformState))]
[JsonSerializable(typeof(FormatOnly))]
internal sealed partial class PlatformStateJson : JsonSerializerContext;
