using System.Text.Json;
using Banyan.Cli.Output;

namespace Banyan.Cli.Tests.Credentials;

/// <summary><c>banyan credential check</c> against a real HTTPS server, and what keeps it from being led elsewhere.</summary>
public sealed class CredentialCheckTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("banyan-credentials-").FullName;
    private readonly StringWriter _out = new();
    private readonly StringWriter _error = new();
    private IssuerHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await IssuerHost.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Check_LiveAndRevoked_SaysSoByExitAndLine()
    {
        var file = Write("amina.vc", _host.Credential());
        (await RunAsync(file)).ShouldBe(0);
        _out.ToString().ShouldStartWith("holds\n");
        _out.ToString().ShouldContain("bound to no key");

        _host.Revoke(42);
        (await RunAsync(file)).ShouldBe(1);
        _out.ToString().ShouldBe(_out.ToString().ReplaceLineEndings("\n"));
        _out.ToString().ShouldContain("does not hold\n  revoked: the credential was revoked by its issuer\n");
        (await RunAsync(file, "--format", "json")).ShouldBe(1);
        using var json = JsonDocument.Parse(_out.ToString());
        json.RootElement.GetProperty("problems")[0].GetProperty("code").GetString().ShouldBe("revoked");
    }

    [Fact]
    public async Task Check_OfflineFromFiles_NeedsNobody()
    {
        var (document, list) = (Write("did.json", _host.Document), Write("status.vc", _host.List()));
        (await RunAsync(Write("amina.vc", _host.Credential()), "--offline", "--with", document, "--with", list)).ShouldBe(0);
        _host.Asked.ShouldBeEmpty();
        (await RunAsync(Write("amina.vc", _host.Credential()), "--offline", "--with", document)).ShouldBe(1);
        _out.ToString().ShouldContain("status-away");
        (await RunAsync(Write("amina.vc", _host.Credential()), "--offline", "--with", Write("x", "nonsense"))).ShouldBe(2);
    }

    [Fact]
    public async Task Check_AStatusListElsewhere_IsNotAskedFor()
    {
        await using var inside = await IssuerHost.StartAsync();
        (await RunAsync(Write("a.vc", _host.Credential(inside.ListUrl)))).ShouldBe(1);
        _out.ToString().ShouldContain("it is not fetched");
        _host.Answers["/organisations/north/status/1"] = new Uri(inside.ListUrl); // a redirect there is none either
        (await RunAsync(Write("b.vc", _host.Credential()))).ShouldBe(1);
        _out.ToString().ShouldContain("answered 302");
        inside.Asked.ShouldBeEmpty();
    }

    [Fact]
    public async Task Check_ADocumentThatNeverEnds_IsCutOff()
    {
        _host.Answers["/organisations/north/did.json"] = new byte[1 << 20];
        (await RunAsync(Write("a.vc", _host.Credential()))).ShouldBe(1);
        _out.ToString().ShouldContain("document-away");
        _out.ToString().ShouldContain("longer than 65536 bytes");
    }

    [Fact]
    public async Task Check_ByAnAuthorityThatIsNotTrusted_IsAway()
    {
        await using var other = await IssuerHost.StartAsync();
        (await RunWithAsync("credential", "check", Write("a.vc", _host.Credential()), "--issuer", _host.Did, "--cacert", other.RootFile, "--data", _folder)).ShouldBe(1);
        _out.ToString().ShouldContain("document-away");
        _host.Asked.ShouldBeEmpty();
    }

    [Fact]
    public async Task Check_WithoutAnIssuer_CouldNotRun()
    {
        (await RunWithAsync("credential", "check", Write("a.vc", _host.Credential()), "--data", _folder)).ShouldBe(2);
        _error.ToString().ShouldContain("nobody is believed");
        (await RunWithAsync("credential", "check", Write("a.vc", _host.Credential()), "--issuer", "did:web:127.0.0.1", "--data", _folder)).ShouldBe(2);
        (await RunWithAsync("credential", "check", Path.Combine(_folder, "none"), "--issuer", _host.Did, "--data", _folder)).ShouldBe(2);
        (await RunWithAsync("credential", "check", Write("a.vc", ""), "--issuer", _host.Did, "--data", _folder)).ShouldBe(2);
        (await RunWithAsync("credential", "check", Write("a.vc", "x"), "--issuer", _host.Did, "--nonce", "n", "--data", _folder)).ShouldBe(2);
        (await RunWithAsync("credential", "--data", _folder)).ShouldBe(2);
    }

    private string Write(string name, string text)
    {
        var file = Path.Combine(_folder, name);
        File.WriteAllText(file, text + (text.Length > 0 ? "\n" : ""));
        return file;
    }

    private Task<int> RunAsync(string file, params string[] more) => RunWithAsync(["credential", "check", file, "--issuer", _host.Did, "--cacert", _host.RootFile, "--data", _folder, .. more]);

    private Task<int> RunWithAsync(params string[] arguments)
    {
        _out.GetStringBuilder().Clear();
        return CommandLine.RunAsync(arguments, new Terminal(_out, _error, colourOut: false, colourError: false), TimeProvider.System);
    }
}
