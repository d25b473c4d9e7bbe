using System.Collections.Immutable;

namespace Banyan.Cells.Gateway.Validation;

/// <summary>What is wrong with a request. Immutable.</summary>
/// <param name="Status">HTTP status code.</param>
/// <param name="Code">The end of the problem's type; null: the status' own.</param>
/// <param name="Detail">What is wrong, and how it would be right.</param>
internal sealed record RequestFlaw(int Status, string? Code, string Detail)
{
    /// <summary>Each place in the body with what is wrong there.</summary>
    public ImmutableArray<(string Pointer, string Detail)> Places { get; init; } = [];

    /// <summary>The content codings that the endpoint takes: of a refusal because of one (RFC 9110 section 15.5.16).</summary>
    public string? AcceptEncoding { get; init; }

    public static RequestFlaw Query(string detail) => new(400, null, detail);

    public static RequestFlaw Target(string detail) => new(400, "bad-target", detail);

    public static RequestFlaw Type(ImmutableArray<string> types) => new(415, null, $"Send the body as {string.Join(" or ", types)}.");

    public static RequestFlaw Encoding(ImmutableArray<string> encodings) => new(415, "unsupported-encoding", encodings.IsEmpty ? "Send the body as it is, without Content-Encoding." : $"Send the body as it is, or once encoded with {string.Join(" or ", encodings)}.")
    {
        AcceptEncoding = encodings.IsEmpty ? "identity" : string.Join(", ", encodings),
    };

    public static RequestFlaw Json(string detail) => new(400, "json-invalid", detail);

    public static RequestFlaw Shape(ImmutableArray<(string Pointer, string Detail)> places) =>
        new(422, "body-invalid", $"{(places[0].Pointer.Length == 0 ? "The body" : places[0].Pointer)} {places[0].Detail}.") { Places = places };
}
