using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Banyan.Engines.Files;
using Banyan.Journal.Log.Notes;

namespace Banyan.Cells.Witness;

/// <summary>
/// What a witness has cosigned, a file for each log: the newest checkpoint with its signatures, written and flushed before
/// anybody is told. One process uses a folder; calls of one log MUST NOT overlap.
/// </summary>
/// <param name="folder">The witness' own.</param>
internal sealed class WitnessStore(string folder)
{
    /// <summary>As many pieces of evidence are kept; who makes more of them is not worth more.</summary>
    private const int MostEvidence = 200;

    /// <summary>The name of a log in paths: SHA-256 of its origin, in hex (C2SP tlog-witness, Monitor Retrieval).</summary>
    public static string NameOf(string origin) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(origin)));

    /// <summary>The newest cosigned checkpoint of a log; null where there is none.</summary>
    /// <exception cref="IOException">It can't be read.</exception>
    /// <exception cref="InvalidDataException">It is damaged: this witness MUST NOT cosign before somebody looked.</exception>
    public SignedNote? Load(string origin)
    {
        var file = FileOf(origin);
        if (!File.Exists(file))
            return null;
        return SignedNote.TryParse(File.ReadAllBytes(file), out var note, out var problem) ? note : throw new InvalidDataException($"{file} {problem}.");
    }

    /// <summary>Whether there is anything of the log of this name (<see cref="NameOf"/>).</summary>
    public bool Has(string name) => name.Length == 2 * SHA256.HashSizeInBytes && name.All(char.IsAsciiHexDigitLower) && File.Exists(Path.Combine(folder, $"{name}.checkpoint"));

    /// <summary>Keeps a checkpoint in place of the one before; on disk when it returns.</summary>
    /// <exception cref="IOException">It can't be written.</exception>
    public void Keep(string origin, SignedNote note) => DurableFile.Replace(FileOf(origin), note.ToBytes());

    /// <summary>Keeps two notes that don't go together, once; returns the file, or null where there is no more room for evidence.</summary>
    /// <exception cref="IOException">It can't be written.</exception>
    public string? KeepEvidence(string origin, string finding, SignedNote one, SignedNote other, DateTimeOffset at)
    {
        var name = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(one.Text + other.Text)))[..16];
        var file = Path.Combine(folder, WitnessFolder.Evidence, $"{NameOf(origin)[..16]}-{name}.txt");
        if (File.Exists(file))
            return file;
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        if (Directory.EnumerateFiles(Path.GetDirectoryName(file)!).Take(MostEvidence).Count() == MostEvidence)
            return null;
        DurableFile.Replace(file, Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{finding}\nFound at {at:yyyy-MM-ddTHH:mm:ss'Z'}. Two signed notes follow, as they came.\n\n{one}\n==========\n\n{other}")));
        return file;
    }

    /// <summary>Pieces of evidence there are.</summary>
    public int CountEvidence()
    {
        var evidence = Path.Combine(folder, WitnessFolder.Evidence);
        return Directory.Exists(evidence) ? Directory.EnumerateFiles(evidence, "*.txt").Count() : 0;
    }

    private string FileOf(string origin) => Path.Combine(folder, WitnessFolder.CheckpointOf(origin));
}
