using System.Net;
using System.Text.Json;
using Banyan.Engines.Evm.Rpc;
using Banyan.Testing;

namespace Banyan.Engines.Tests.Evm;

/// <summary>A peer that answers what real nodes will not.</summary>
internal sealed class ScriptedNode : IAsyncDisposable
{
    private readonly HttpListener _listener = new();
    private readonly Func<JsonElement, string> _answer;
    private readonly Task _serving;

    /// <summary>Answers each body by a function; one that begins with a number and a space has that status.</summary>
    public ScriptedNode(Func<JsonElement, string> answer)
    {
        _answer = answer;
        Address = new Uri($"http://127.0.0.1:{FreePort.Take()}/");
        _listener.Prefixes.Add(Address.ToString());
        _listener.Start();
        _serving = ServeAsync();
    }

    public Uri Address { get; }

    /// <summary>Bodies so far.</summary>
    public List<string> Bodies { get; } = [];

    public EvmClient Client(Func<EvmClientOptions, EvmClientOptions>? change = null) => new((change ?? (static o => o))(EvmClientOptions.For(Address, 7) with { Timeout = TimeSpan.FromSeconds(5) }));

    /// <summary>Answers one call: with the chain's id, or else with a result (JSON).</summary>
    public static string One(JsonElement call, Func<string, string> result)
    {
        var method = call.GetProperty("method").GetString()!;
        return $$"""{"jsonrpc":"2.0","id":{{call.GetProperty("id").GetInt64()}},"result":{{(method == "eth_chainId" ? "\"0x7\"" : result(method))}}}""";
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _serving;
        _listener.Close();
    }

    private async Task ServeAsync()
    {
        while (true)
        {
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync();
            }
            catch (Exception closed) when (closed is HttpListenerException or ObjectDisposedException)
            {
                return;
            }

            _ = AnswerAsync(context);
        }
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        using var reader = new StreamReader(context.Request.InputStream);
        var body = await reader.ReadToEndAsync();
        lock (Bodies)
            Bodies.Add(body);
        using var document = JsonDocument.Parse(body);
        var answer = _answer(document.RootElement);
        if (answer.Length > 4 && char.IsDigit(answer[0]) && answer[3] == ' ')
        {
            context.Response.StatusCode = int.Parse(answer.AsSpan(0, 3));
            answer = answer[4..];
        }

        await context.Response.OutputStream.WriteAsync(System.Text.Encoding.UTF8.GetBytes(answer));
        context.Response.Close();
    }
}
