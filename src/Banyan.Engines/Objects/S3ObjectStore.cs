using System.Net;
using Amazon;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;

namespace Banyan.Engines.Objects;

/// <summary>Objects in a bucket of a server that speaks S3. Thread-safe.</summary>
public sealed class S3ObjectStore : IObjectStore, IDisposable
{
    private const int PutsAtOnce = 8;
    private const string ForEver = "public, max-age=31536000, immutable";
    private const string Soon = "public, max-age=1";
    private readonly S3StoreOptions _options;
    private readonly AmazonS3Client _client;

    /// <summary>Makes it; asks nothing of the server yet.</summary>
    /// <exception cref="ArgumentException">The options can't be used.</exception>
    public S3ObjectStore(S3StoreOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (string.IsNullOrEmpty(options.Bucket))
            throw new ArgumentException("A bucket must have a name.", nameof(options));
        if (options.Prefix.Length > 0)
            ObjectKeys.CheckPrefix(options.Prefix);
        if ((options.AccessKey is null) != (options.SecretKey is null))
            throw new ArgumentException("An access key has an id and a secret: give both, or neither.", nameof(options));
        _options = options;
        var config = new AmazonS3Config
        {
            Timeout = TimeSpan.FromSeconds(30),
            MaxErrorRetry = 2,
            // Servers other than Amazon's don't all know the newer checksums.
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        };
        if (options.Endpoint is { } endpoint)
            (config.ServiceURL, config.ForcePathStyle, config.AuthenticationRegion) = (endpoint.AbsoluteUri, true, options.Region);
        else
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(options.Region);
        _client = options.AccessKey is null ? new AmazonS3Client(config) : new AmazonS3Client(new BasicAWSCredentials(options.AccessKey, options.SecretKey), config);
    }

    /// <inheritdoc/>
    public string Name => $"{_options.Endpoint?.AbsoluteUri.TrimEnd('/') ?? "s3:/"}/{_options.Bucket}/{_options.Prefix}";

    /// <inheritdoc/>
    public Task PutAsync(string key, ReadOnlyMemory<byte> content, ObjectKind kind, CancellationToken cancellationToken)
    {
        ObjectKeys.Check(key);
        ArgumentNullException.ThrowIfNull(kind);
        return DoingAsync($"put {key}", async () =>
        {
            using var stream = new MemoryStream(content.ToArray(), writable: false);
            var request = new PutObjectRequest { BucketName = _options.Bucket, Key = _options.Prefix + key, InputStream = stream, ContentType = kind.ContentType, UseChunkEncoding = false };
            request.Headers.CacheControl = kind.Immutable ? ForEver : Soon;
            if (kind.ContentEncoding is { } encoding)
                request.Headers.ContentEncoding = encoding;
            await _client.PutObjectAsync(request, cancellationToken);
            return true;
        }, cancellationToken);
    }

    /// <inheritdoc/>
    public Task PutAllAsync(IReadOnlyList<NewObject> objects, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(objects);
        foreach (var one in objects)
            ObjectKeys.Check(one.Key);
        return Parallel.ForEachAsync(objects, new ParallelOptions { MaxDegreeOfParallelism = PutsAtOnce, CancellationToken = cancellationToken }, async (one, stop) => await PutAsync(one.Key, one.Content, one.Kind, stop));
    }

    /// <inheritdoc/>
    public Task<byte[]?> GetAsync(string key, CancellationToken cancellationToken)
    {
        ObjectKeys.Check(key);
        return DoingAsync<byte[]?>($"get {key}", async () =>
        {
            try
            {
                using var answer = await _client.GetObjectAsync(_options.Bucket, _options.Prefix + key, cancellationToken);
                using var bytes = new MemoryStream();
                await answer.ResponseStream.CopyToAsync(bytes, cancellationToken);
                return bytes.ToArray();
            }
            catch (AmazonS3Exception e) when (e.StatusCode == HttpStatusCode.NotFound && e.ErrorCode != "NoSuchBucket")
            {
                return null;
            }
        }, cancellationToken);
    }

    /// <inheritdoc/>
    public Task DeleteAllAsync(string prefix, CancellationToken cancellationToken)
    {
        ObjectKeys.CheckPrefix(prefix);
        return DoingAsync($"remove {prefix}", async () =>
        {
            var request = new ListObjectsV2Request { BucketName = _options.Bucket, Prefix = _options.Prefix + prefix };
            while (true)
            {
                var page = await _client.ListObjectsV2Async(request, cancellationToken);
                foreach (var found in page.S3Objects ?? [])
                    await _client.DeleteObjectAsync(_options.Bucket, found.Key, cancellationToken);
                if (page.IsTruncated is not true)
                    return true;
                request.ContinuationToken = page.NextContinuationToken;
            }
        }, cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    private async Task<T> DoingAsync<T>(string what, Func<Task<T>> work, CancellationToken cancellationToken)
    {
        try
        {
            return await work();
        }
        catch (Exception e) when (e is AmazonServiceException or AmazonClientException or HttpRequestException or IOException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new ObjectStoreException($"{Name}: can't {what}: {e.Message.TrimEnd('.')}", e);
        }
    }
}
