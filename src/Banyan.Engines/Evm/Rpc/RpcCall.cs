using System.Text.Json;

namespace Banyan.Engines.Evm.Rpc;

/// <summary>Reads the value of <c>result</c>; what is not as it must be is told by <see cref="JsonException"/>.</summary>
internal delegate T RpcRead<out T>(ref Utf8JsonReader result);

/// <summary>One call of JSON-RPC 2.0, and where its outcome goes.</summary>
internal abstract class RpcCall(string method, Action<Utf8JsonWriter>? parameters)
{
    public string Method => method;

    /// <summary>Endpoints that were asked already.</summary>
    public int Asked { get; set; }

    public void Write(Utf8JsonWriter writer, long id)
    {
        writer.WriteStartObject();
        writer.WriteString("jsonrpc"u8, "2.0"u8);
        writer.WriteNumber("id"u8, id);
        writer.WriteString("method"u8, method);
        writer.WriteStartArray("params"u8);
        parameters?.Invoke(writer);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    /// <summary>Takes the result; the reader is on its first token, and ends on its last.</summary>
    public abstract void Succeed(ref Utf8JsonReader result);

    public abstract void Fail(EvmError error);

    /// <summary>Whether its outcome is known; a second one is not taken.</summary>
    public abstract bool IsDone { get; }
}

/// <inheritdoc cref="RpcCall"/>
internal sealed class RpcCall<T>(string method, Action<Utf8JsonWriter>? parameters, RpcRead<T> read) : RpcCall(method, parameters)
{
    private readonly TaskCompletionSource<EvmResult<T>> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<EvmResult<T>> Outcome => _outcome.Task;

    public override bool IsDone => _outcome.Task.IsCompleted;

    public override void Succeed(ref Utf8JsonReader result) => _outcome.TrySetResult(read(ref result));

    public override void Fail(EvmError error) => _outcome.TrySetResult(error);
}
