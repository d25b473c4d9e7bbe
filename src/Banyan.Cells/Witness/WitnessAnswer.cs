using System.Globalization;
using System.Text;
using Banyan.Journal.Log.Notes;

namespace Banyan.Cells.Witness;

/// <summary>What a witness answers to <c>add-checkpoint</c>. Immutable.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="ContentType">Null where there is no body.</param>
/// <param name="Body">The body.</param>
internal sealed record WitnessAnswer(int Status, string? ContentType, byte[] Body)
{
    /// <summary>The type of a conflict's body.</summary>
    public const string SizeType = "text/x.tlog.size";

    public static WitnessAnswer Of(int status) => new(status, null, []);

    /// <summary>The witness has another size than the sender thought.</summary>
    public static WitnessAnswer Conflict(long size) => new(409, SizeType, Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{size}\n")));

    public static WitnessAnswer Cosigned(NoteSignature cosignature) => new(200, "text/plain; charset=utf-8", Encoding.UTF8.GetBytes(cosignature.Line + "\n"));
}
