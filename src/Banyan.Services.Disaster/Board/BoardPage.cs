using Microsoft.Extensions.Primitives;

namespace Banyan.Services.Disaster.Board;

/// <summary>An answer that is ready to be sent, and the tag of its content. Immutable.</summary>
internal sealed class BoardPage(byte[] bytes, string etag)
{
    public byte[] Bytes { get; } = bytes;

    public StringValues ETag { get; } = etag;

    public StringValues Length { get; } = bytes.Length.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
