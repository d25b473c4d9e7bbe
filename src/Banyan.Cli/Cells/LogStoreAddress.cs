using System.Web;
using Banyan.Engines.Objects;

namespace Banyan.Cli.Cells;

/// <summary>Where logs are published: a folder of the region, or the bucket that the environment names.</summary>
internal static class LogStoreAddress
{
    /// <summary><c>s3://bucket/prefix?endpoint=https://objects.example&amp;region=eu-west-1</c>; credentials are the environment's (<c>AWS_ACCESS_KEY_ID</c> and the like).</summary>
    public const string Variable = "BANYAN_LOG_STORE";

    /// <summary>Opens it.</summary>
    /// <param name="folder">The folder where the environment names nothing.</param>
    /// <exception cref="CommandFailure">What the environment names is none.</exception>
    public static IObjectStore Open(string folder) => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } text ? new S3ObjectStore(Read(text)) : new FolderObjectStore(folder);

    internal static S3StoreOptions Read(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var address) || address.Scheme != "s3" || address.Host.Length == 0)
            throw Wrong();
        var query = HttpUtility.ParseQueryString(address.Query);
        Uri? endpoint = null;
        if (query["endpoint"] is { } named && (!Uri.TryCreate(named, UriKind.Absolute, out endpoint) || endpoint.Scheme is not ("http" or "https")))
            throw Wrong();
        var prefix = address.AbsolutePath.Trim('/');
        return new S3StoreOptions { Bucket = address.Host, Prefix = prefix.Length == 0 ? "" : prefix + "/", Endpoint = endpoint, Region = query["region"] ?? "us-east-1" };
    }

    private static CommandFailure Wrong() => new($"{Variable} must be s3://BUCKET/PREFIX, with ?endpoint=URL for a server that is not Amazon's and &region=NAME where it asks for one");
}
