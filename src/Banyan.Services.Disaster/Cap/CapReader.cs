using Banyan.Services.Disaster.Cap.Reading;

namespace Banyan.Services.Disaster.Cap;

/// <summary>
/// Reads CAP 1.2 and checks it against the schema (section 3.4) and the rules in the standard's text, finding every
/// problem at once. Never throws for bad input: no document type, no external entity, limits on size, depth and count.
/// </summary>
internal static class CapReader
{
    /// <summary>The largest document that is taken, in bytes.</summary>
    public const int MaxBytes = 512 * 1024;

    /// <summary>Reads a whole document; the encoding is the one that its byte order mark or XML declaration names, else UTF-8.</summary>
    public static CapReading Read(ReadOnlyMemory<byte> xml)
    {
        var problems = new ProblemList();
        if (xml.Length > MaxBytes)
        {
            problems.Error("alert", 0, "limit", $"The document has {xml.Length:N0} bytes; at most {MaxBytes:N0} are taken. Link large resources by uri in place of derefUri.");
            return new CapReading(null, problems.ToImmutable());
        }

        var root = ElementReader.Read(xml, problems);
        var alert = root is null ? null : new AlertBinder(problems).Bind(root);
        return new CapReading(problems.HasErrors ? null : alert, problems.ToImmutable());
    }
}
