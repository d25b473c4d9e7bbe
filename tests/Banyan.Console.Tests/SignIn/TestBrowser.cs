using System.Net;

namespace Banyan.Console.Tests.SignIn;

/// <summary>A browser as far as cookies and redirects go: it follows none by itself, and takes secure cookies on the loopback as browsers do.</summary>
internal sealed class TestBrowser(string address) : IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false }) { BaseAddress = new Uri(address), Timeout = TimeSpan.FromSeconds(30) };

    public Dictionary<string, string> Cookies { get; } = [];

    /// <summary>Every <c>Set-Cookie</c> that came.</summary>
    public List<string> Given { get; } = [];

    public Task<HttpResponseMessage> GetAsync(string path, params (string Name, string Value)[] headers) => SendAsync(HttpMethod.Get, path, headers);

    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path);
        if (Cookies.Count > 0)
            request.Headers.Add("Cookie", string.Join("; ", Cookies.Select(static c => $"{c.Key}={c.Value}")));
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        foreach (var cookie in answer.Headers.TryGetValues("Set-Cookie", out var set) ? set : [])
        {
            Given.Add(cookie);
            var pair = cookie.Split(';')[0];
            var (name, value) = (pair[..pair.IndexOf('=', StringComparison.Ordinal)], pair[(pair.IndexOf('=', StringComparison.Ordinal) + 1)..]);
            if (value.Length == 0)
                Cookies.Remove(name);
            else
                Cookies[name] = value;
        }

        return answer;
    }

    /// <summary>Begins a login; where the console sends it.</summary>
    public async Task<Uri> BeginAsync(string query = "")
    {
        using var answer = await GetAsync($"/console/login/start{query}");
        answer.StatusCode.ShouldBe(HttpStatusCode.SeeOther);
        return new Uri(_http.BaseAddress!, answer.Headers.Location!);
    }

    /// <summary>Logs in as whomever the identity service says.</summary>
    public async Task LogInAsync(ScriptedIdentity identity)
    {
        using var answer = await GetAsync(identity.Authorize(await BeginAsync()));
        answer.StatusCode.ShouldBe(HttpStatusCode.SeeOther, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    public void Dispose() => _http.Dispose();
}
