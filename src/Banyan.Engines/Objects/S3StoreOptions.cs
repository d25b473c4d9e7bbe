namespace Banyan.Engines.Objects;

/// <summary>Where an S3 bucket is. Immutable.</summary>
public sealed record S3StoreOptions
{
    /// <summary>The bucket; it has to be there.</summary>
    public required string Bucket { get; init; }

    /// <summary>What keys begin with in the bucket, ending in a slash; empty: nothing.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>The server, for those that are not Amazon's (MinIO, Ceph, Garage); null: Amazon's, by <see cref="Region"/>.</summary>
    public Uri? Endpoint { get; init; }

    /// <summary>The region that requests are signed for.</summary>
    public string Region { get; init; } = "us-east-1";

    /// <summary>The access key's id; null: what the environment has (variables, profile, role of the machine).</summary>
    public string? AccessKey { get; init; }

    /// <summary>The access key's secret; where <see cref="AccessKey"/> is given.</summary>
    public string? SecretKey { get; init; }
}
