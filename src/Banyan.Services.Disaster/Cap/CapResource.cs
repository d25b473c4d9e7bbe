namespace Banyan.Services.Disaster.Cap;

/// <summary>A file with more: an image, a recording (CAP 1.2 section 3.2.3). Immutable.</summary>
internal sealed record CapResource
{
    public required string Description { get; init; }

    public required string MimeType { get; init; }

    /// <summary>Bytes, roughly; digits as written.</summary>
    public string? Size { get; init; }

    public string? Uri { get; init; }

    /// <summary>The file itself in base64, for one-way links.</summary>
    public string? DerefUri { get; init; }

    /// <summary>SHA-1 of the file.</summary>
    public string? Digest { get; init; }
}
