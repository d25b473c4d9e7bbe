using System.Text.Json;

namespace Banyan.Engines.Evm.Rpc;

/// <summary>Reads an answer of JSON-RPC 2.0 and gives each call its outcome. Whatever is not as the protocol has it is nonsense, and no call is left without an outcome.</summary>
internal static class RpcResponse
{
    private const int MaxDepth = 64;

    /// <summary>Gives each call its outcome.</summary>
    /// <param name="body">The answer.</param>
    /// <param name="calls">The calls, with ids from <paramref name="firstId"/> on.</param>
    /// <param name="firstId">The first call's id.</param>
    /// <param name="endpoint">Who answered, for messages.</param>
    /// <returns>The error that the node gave for the batch as a whole, and nobody was told of; else null.</returns>
    public static EvmError? Deliver(ReadOnlySpan<byte> body, IReadOnlyList<RpcCall> calls, long firstId, string endpoint)
    {
        var open = calls.Count;
        var answered = calls.Count <= 64 ? stackalloc bool[64] : new bool[calls.Count];
        answered.Clear();
        var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = MaxDepth });
        var problem = "no answer to it in the batch";
        try
        {
            reader.Read();
            if (reader.TokenType == JsonTokenType.StartArray && calls.Count > 1)
            {
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray && open > 0)
                    open -= One(ref reader, calls, firstId, endpoint, answered, out _) ? 1 : 0;
            }
            else if (One(ref reader, calls, firstId, endpoint, answered, out var whole))
            {
                open--;
            }
            else if (whole is null)
            {
                problem = "the answer's id is another";
            }
            else if (calls.Count > 1)
            {
                return whole;
            }
            else
            {
                calls[0].Fail(whole);
                open = 0;
            }
        }
        catch (JsonException wrong)
        {
            problem = wrong.Message;
        }

        for (var i = 0; i < calls.Count && open > 0; i++)
        {
            if (!answered[i])
                calls[i].Fail(RpcErrors.Nonsense(endpoint, calls[i].Method, problem));
        }

        return null;
    }

    /// <summary>Reads one answer; false where it is to none of the calls.</summary>
    private static bool One(ref Utf8JsonReader reader, IReadOnlyList<RpcCall> calls, long firstId, string endpoint, scoped Span<bool> answered, out EvmError? whole)
    {
        whole = null;
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException("an answer is an object");
        // The id may come last: the first pass finds it and where the result is, the second reads the result.
        long? id = null;
        var (version, hasResult, hasError) = (false, false, false);
        var result = reader;
        var error = reader;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("id"u8))
            {
                reader.Read();
                id = reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var number) ? number : null;
                reader.Skip();
                continue;
            }

            var (isResult, isError, isVersion) = (reader.ValueTextEquals("result"u8), reader.ValueTextEquals("error"u8), reader.ValueTextEquals("jsonrpc"u8));
            reader.Read();
            if (isVersion)
                version = reader.TokenType == JsonTokenType.String && reader.ValueTextEquals("2.0"u8);
            if (isResult)
            {
                hasResult = true;
                result = reader;
            }

            if (isError && reader.TokenType != JsonTokenType.Null)
            {
                hasError = true;
                error = reader;
            }

            reader.Skip();
        }

        if (id is not { } found || found < firstId || found >= firstId + calls.Count || answered[(int)(found - firstId)])
        {
            if (hasError && id is null)
                whole = RpcErrors.FromNode(ref error, endpoint, "several calls at once");
            return false;
        }

        var call = calls[(int)(found - firstId)];
        answered[(int)(found - firstId)] = true;
        if (!version || hasResult == hasError)
        {
            call.Fail(RpcErrors.Nonsense(endpoint, call.Method, "an answer has jsonrpc 2.0, and either a result or an error"));
            return true;
        }

        try
        {
            if (hasError)
                call.Fail(RpcErrors.FromNode(ref error, endpoint, call.Method));
            else
                call.Succeed(ref result);
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException or FormatException)
        {
            call.Fail(RpcErrors.Nonsense(endpoint, call.Method, wrong.Message));
        }

        return true;
    }
}
