using System.Net.Http.Headers;

namespace Banyan.EndToEnd.Tests;

/// <summary>Shows the operator's key of a data folder with each request that says nothing of who sends it, as soon as there is one.</summary>
internal sealed class OperatorHandler(string data, HttpMessageHandler inner) : DelegatingHandler(inner)
{
    private string? _key;

    /// <summary>The key as it lies in the folder.</summary>
    public static string KeyOf(string data) => File.ReadAllText(Path.Combine(data, "secrets", "operator.key")).Trim();

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        request.Headers.Authorization ??= new AuthenticationHeaderValue("Bearer", _key ??= KeyOf(data));
        return base.SendAsync(request, cancellationToken);
    }
}
