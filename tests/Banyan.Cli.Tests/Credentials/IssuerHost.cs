using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Banyan.Engines.Credentials.Dids;
using Banyan.Engines.Credentials.Jose;
using Banyan.Engines.Credentials.Status;
using Banyan.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging;

namespace Banyan.Cli.Tests.Credentials;

/// <summary>An issuer at an HTTPS address of its own, which can be made to answer anything.</summary>
internal sealed class IssuerHost : IAsyncDisposable
{
    private readonly TestAuthority _authority = new();
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly WebApplication _app;

    private IssuerHost()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(new HttpsConnectionAdapterOptions { ServerCertificate = Certificate() })));
        _app = builder.Build();
        _app.Run(async context =>
        {
            Asked.Add(context.Request.Path);
            if (!Answers.TryGetValue(context.Request.Path, out var answer))
            {
                context.Response.StatusCode = 404;
                return;
            }

            if (answer is Uri to)
            {
                context.Response.Redirect(to.AbsoluteUri);
                return;
            }

            await context.Response.Body.WriteAsync(answer as byte[] ?? System.Text.Encoding.UTF8.GetBytes((string)answer));
        });
    }

    public Dictionary<string, object> Answers { get; } = [];

    public List<string> Asked { get; } = [];

    public string RootFile => _authority.RootFile;

    public int Port => new Uri(_app.Urls.Single()).Port;

    public string Did => string.Create(CultureInfo.InvariantCulture, $"did:web:localhost%3A{Port}:organisations:north");

    public string ListUrl => string.Create(CultureInfo.InvariantCulture, $"https://localhost:{Port}/organisations/north/status/1");

    public string Document => System.Text.Encoding.UTF8.GetString(new DidDocument { Id = Did, Assertion = [new(KeyId, PublicJwk.Of(_key))] }.ToBytes());

    private string KeyId => $"{Did}#{PublicJwk.Of(_key).Thumbprint()}";

    public static async Task<IssuerHost> StartAsync()
    {
        var host = new IssuerHost();
        await host._app.StartAsync();
        host.Answers["/organisations/north/did.json"] = host.Document;
        host.Revoke();
        return host;
    }

    /// <summary>Publishes a status list in which these entries are revoked.</summary>
    public void Revoke(params int[] entries) => Answers["/organisations/north/status/1"] = List(entries);

    public string List(params int[] entries) => Sign(ListUrl, "BitstringStatusListCredential", json =>
    {
        json.WriteString("type"u8, "BitstringStatusList"u8);
        json.WriteString("statusPurpose"u8, "revocation"u8);
        json.WriteString("encodedList"u8, StatusList.Of(entries).Encode());
    });

    /// <summary>A credential, with its status at an address.</summary>
    public string Credential(string? list = null) => Sign("urn:uuid:0192f3a4-5b6c-7d8e-9f00-112233445566", "VerificationLevelCredential", static json => json.WriteNumber("verificationLevel"u8, 2), json =>
    {
        json.WriteStartObject("credentialStatus"u8);
        json.WriteString("type"u8, "BitstringStatusListEntry"u8);
        json.WriteString("statusPurpose"u8, "revocation"u8);
        json.WriteString("statusListIndex"u8, "42"u8);
        json.WriteString("statusListCredential"u8, list ?? ListUrl);
        json.WriteEndObject();
    });

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        _key.Dispose();
        _authority.Dispose();
    }

    private X509Certificate2 Certificate()
    {
        var file = _authority.IssuePublic();
        using var pem = X509Certificate2.CreateFromPemFile(file, file);
        return X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null);
    }

    private string Sign(string id, string type, Action<Utf8JsonWriter> subject, Action<Utf8JsonWriter>? more = null) => JwsText.Write(
        JwsText.Es256, "vc+jwt", KeyId,
        json =>
        {
            json.WriteStartArray("@context"u8);
            json.WriteStringValue("https://www.w3.org/ns/credentials/v2"u8);
            json.WriteEndArray();
            json.WriteString("id"u8, id);
            json.WriteStartArray("type"u8);
            json.WriteStringValue("VerifiableCredential"u8);
            json.WriteStringValue(type);
            json.WriteEndArray();
            json.WriteString("issuer"u8, Did);
            json.WriteStartObject("credentialSubject"u8);
            subject(json);
            json.WriteEndObject();
            more?.Invoke(json);
        },
        data => _key.SignData(data, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation));
}
