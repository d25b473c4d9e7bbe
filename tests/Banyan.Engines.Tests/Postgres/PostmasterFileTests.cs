using Banyan.Engines.Postgres;

namespace Banyan.Engines.Tests.Postgres;

public class PostmasterFileTests
{
    [Fact]
    public void Parse_WholeFile_IsRead()
    {
        var file = PostmasterFile.Parse("9160\n/data/d1\n1795231389\n17001\n\n127.0.0.1\n 11667014         5\nready   \n");
        file.ShouldBe(new PostmasterFile(9160, DateTimeOffset.FromUnixTimeSeconds(1795231389), 17001, "ready"));
        file!.IsReady.ShouldBeTrue();
    }

    [Theory]
    [InlineData("9160", 9160, 0, "")]
    [InlineData("9160\n/data\n17952313", 9160, 0, "")]
    [InlineData("-77\n/data\n1795231389\n\n\n", 77, 0, "")]
    [InlineData("9160\n/data\n1795231389\n17001\n\n127.0.0.1\n", 9160, 17001, "")]
    [InlineData("9160\n/data\n99999999999999999999\n17001\n\n\n\nstandby\n", 9160, 17001, "standby")]
    public void Parse_StillBeingWritten_GivesWhatIsThere(string text, int pid, int port, string status)
    {
        var file = PostmasterFile.Parse(text).ShouldNotBeNull();
        (file.Pid, file.Port, file.Status, file.IsReady).ShouldBe((pid, port, status, false));
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n/data\n")]
    [InlineData("0\n")]
    [InlineData("garbage\nready")]
    [InlineData("-2147483648\n")]
    public void Parse_NoProcess_IsNull(string text) => PostmasterFile.Parse(text).ShouldBeNull();
}
