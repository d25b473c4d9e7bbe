using Banyan.Cli.Cells;
using Banyan.Engines.Objects;

namespace Banyan.Cli.Tests.Cells;

public class LogStoreAddressTests
{
    [Theory]
    [InlineData("s3://logs", "logs", "", null, "us-east-1")]
    [InlineData("s3://logs/kai/prod/", "logs", "kai/prod/", null, "us-east-1")]
    [InlineData("s3://logs/kai?region=eu-west-1", "logs", "kai/", null, "eu-west-1")]
    [InlineData("s3://logs?endpoint=http%3A%2F%2Fminio.example%3A9000&region=garage", "logs", "", "http://minio.example:9000/", "garage")]
    [InlineData("s3://logs?endpoint=https://objects.example", "logs", "", "https://objects.example/", "us-east-1")]
    public void Read_AnAddress_IsTheBucket(string text, string bucket, string prefix, string? endpoint, string region) =>
        LogStoreAddress.Read(text).ShouldBe(new S3StoreOptions { Bucket = bucket, Prefix = prefix, Endpoint = endpoint is null ? null : new Uri(endpoint), Region = region });

    [Theory]
    [InlineData("logs")]
    [InlineData("http://logs")]
    [InlineData("s3://")]
    [InlineData("s3://logs?endpoint=minio:9000")]
    public void Read_SomethingElse_SaysWhatToWrite(string text) =>
        Should.Throw<CommandFailure>(() => LogStoreAddress.Read(text)).Message.ShouldStartWith("BANYAN_LOG_STORE must be s3://BUCKET/PREFIX");
}
