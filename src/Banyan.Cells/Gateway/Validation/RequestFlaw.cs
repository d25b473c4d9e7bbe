using System.Collections.Immutable;

namespace Banyan.Cells.Gateway.Validation;

/// <summary>What is wrong with a request. Immutable.</summary>
/// <param name="Status">HTTP status code.</param>
/// <param name="Code">The end of the problem's type; null: the status' own.</param>
/// <param name="Detail">What is wrong, and how it would be right.</param>
internal sealed record RequestFlaw(int Status, string? Code, string Detail)
{
    /// <summary>Each place with what is wrong there.</summary>
    public ImmutableArray<FlawPlace> Places { get; init; } = [];

    /// <summary>The content codings that the endpoint takes: of a refusal because of one (RFC 9110 section 15.5.16).</summary>
    public string? AcceptEncoding { get; init; }

    public static RequestFlaw Query(string detail) => new(400, null, detail);

    /// <summary>What is wrong with parameters, all of it.</summary>
    public static RequestFlaw Query(ImmutableArray<(string Name, string Detail)> places) => new(400, null, string.Join(' ', places.Select(static p => $"The parameter {p.Name} {p.Detail}.")))
    {
        Places = [.. places.Select(static p => new FlawPlace(FlawPlace.Parameter, p.Name, p.Detail))],
    };

    public static RequestFlaw NoBody(ImmutableArray<string> types) => new(400, null, types.IsEmpty ? "The body is missing." : $"The body is missing: send {string.Join(" or ", types)}.");

    public static RequestFlaw Target(string detail) => new(400, "bad-target", detail);

    public static RequestFlaw Type(ImmutableArray<string> types) => new(415, null, $"Send the body as {string.Join(" or ", types)}.");

    public static RequestFlaw Encoding(ImmutableArray<string> encodings) => new(415, "unsupported-encoding", encodings.IsEmpty ? "Send the body as it is, without Content-Encoding." : $"Send the body as it is, or once encoded with {string.Join(" or ", encodings)}.")
    {
        AcceptEncoding = encodings.IsEmpty ? "identity" : string.Join(", ", encodings),
    };

    public static RequestFlaw Json(string detail) => new(400, "json-invalid", detail);

    /// <summary>What is wrong with a body, all of it.</summary>
    public static RequestFlaw Shape(ImmutableArray<(string Pointer, string Detail)> places) =>
        new(422, "body-invalid", string.Join(' ', places.Select(static p => $"{(p.Pointer.Length == 0 ? "The body" : p.Pointer)} {p.Detail}.")))
        {
            Places = [.. places.Select(static p => new FlawPlace(FlawPlace.Pointer, p.Pointer, p.Detail))],
        };
}

/// <summary>A place in a request, with what is wrong there. Immutable.</summary>
/// <param name="Kind"><see cref="Parameter"/> or <see cref="Pointer"/>; the name of the member that says where.</param>
/// <param name="Where">The parameter's name; or the place in the body, as a JSON Pointer (RFC 6901).</param>
/// <param name="Detail">What is wrong.</param>
internal sealed record FlawPlace(string Kind, string Where, string Detail)
{
    public const string Parameter = "parameter";
    public const string Pointer = "pointer";
}
