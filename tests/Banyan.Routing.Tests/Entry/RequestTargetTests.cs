using Banyan.Routing.Entry;

namespace Banyan.Routing.Tests.Entry;

public class RequestTargetTests
{
    [Theory]
    [InlineData("/a/b?c=%2F", "/a/b?c=%2F")]
    [InlineData("/a%2Fb/..c/...", "/a%2Fb/..c/...")]
    [InlineData("http://host:80/a?b", "/a?b")]
    [InlineData("/?x=/../", "/?x=/../")]
    public void TryGet_Acceptable_IsUnchanged(string raw, string expected)
    {
        RequestTarget.TryGet(raw, out var target).ShouldBeTrue();
        target.ToString().ShouldBe(expected);
    }

    [Theory]
    [InlineData("*")]
    [InlineData("host:443")]
    [InlineData("http://host")]
    [InlineData("/a/../b")]
    [InlineData("/a/./b")]
    [InlineData("/..")]
    [InlineData("/a/%2e%2E/b")]
    [InlineData("/a/.%2e")]
    [InlineData("/%2e/b?c")]
    [InlineData("http://host/a/../b")]
    public void TryGet_NotAPathOrDotSegments_IsRefused(string raw) => RequestTarget.TryGet(raw, out _).ShouldBeFalse();

    [Theory]
    [InlineData("/regions/a", "/")]
    [InlineData("/regions/a?q=1", "/?q=1")]
    [InlineData("/regions/a/", "/")]
    [InlineData("/regions/a/b%2Fc/d?q=/x", "/b%2Fc/d?q=/x")]
    [InlineData("/%72egions/a%2Db/c", "/c")]
    [InlineData("/regions//c", "/c")]
    public void WithoutPrefix_RawTarget_CutsTwoSegments(string target, string expected) => RequestTarget.WithoutPrefix((ReadOnlySpan<char>)target).ShouldBe(expected);

    [Theory]
    [InlineData("/cell/v1/status", true)]
    [InlineData("/cell", true)]
    [InlineData("/CELL/v1", true)]
    [InlineData("/metrics", true)]
    [InlineData("/metrics/", true)]
    [InlineData("/health/live", true)]
    [InlineData("/Health/Ready", true)]
    [InlineData("/health", false)]
    [InlineData("/health/", false)]
    [InlineData("/cells", false)]
    [InlineData("/climate/metrics", false)]
    [InlineData("/", false)]
    [InlineData("", false)]
    public void IsHidden_Path_OnlyTheCellsOwn(string path, bool hidden) => RequestTarget.IsHidden(path).ShouldBe(hidden);
}
