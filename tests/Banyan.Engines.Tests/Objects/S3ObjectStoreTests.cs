using Amazon.Runtime;
using Amazon.S3;
using Banyan.Engines.Objects;

namespace Banyan.Engines.Tests.Objects;

public sealed class S3ObjectStoreTests(S3Server server) : ObjectStoreCompliance, IClassFixture<S3Server>, IDisposable
{
    private S3ObjectStore? _store;

    private protected override IObjectStore Store => _store ??= Open(S3Server.Bucket);

    public void Dispose() => _store?.Dispose();

    [Fact]
    public async Task Put_WhatNeverChanges_MayBeKeptForEver()
    {
        await Store.PutAsync("tile/0/000", new byte[32], new ObjectKind("application/octet-stream", Immutable: true), CancellationToken.None);
        using var client = new AmazonS3Client(new BasicAWSCredentials("test", "test-secret"), new AmazonS3Config { ServiceURL = server.Endpoint!.AbsoluteUri, ForcePathStyle = true });

        var found = await client.GetObjectMetadataAsync(S3Server.Bucket, "prefix/tile/0/000");

        found.Headers.CacheControl.ShouldBe("public, max-age=31536000, immutable");
        found.Headers.ContentType.ShouldBe("application/octet-stream");
    }

    [Fact]
    public async Task Get_NoSuchBucket_IsAnErrorAndNotNothing()
    {
        using var store = Open("none-such");
        (await Should.ThrowAsync<ObjectStoreException>(() => store.GetAsync("a", CancellationToken.None))).Message.ShouldContain("/none-such/prefix/: can't get a: ");
    }

    [Fact]
    public async Task Put_NobodyListens_SaysWhere()
    {
        using var store = new S3ObjectStore(new S3StoreOptions { Bucket = "b", Endpoint = new Uri("http://127.0.0.1:1/"), AccessKey = "a", SecretKey = "s" });
        (await Should.ThrowAsync<ObjectStoreException>(() => store.PutAsync("a", new byte[1], new ObjectKind("text/plain"), CancellationToken.None))).Message.ShouldStartWith("http://127.0.0.1:1/b/: can't put a: ");
    }

    private S3ObjectStore Open(string bucket)
    {
        if (server.Endpoint is not { } endpoint)
        {
            Assert.Skip("moto_server is not installed");
            throw new InvalidOperationException("unreachable");
        }

        return new S3ObjectStore(new S3StoreOptions { Bucket = bucket, Prefix = "prefix/", Endpoint = endpoint, AccessKey = "test", SecretKey = "test-secret" });
    }
}
