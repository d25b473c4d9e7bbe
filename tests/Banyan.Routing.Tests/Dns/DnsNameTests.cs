using Banyan.Routing.Dns;
using FsCheck;
using FsCheck.Fluent;

namespace Banyan.Routing.Tests.Dns;

public class DnsNameTests
{
    internal static readonly Gen<string> LabelText = from size in Gen.Frequency((8, Gen.Choose(1, 12)), (1, Gen.Choose(60, 63)))
                                                     from letters in Gen.Frequency((9, Gen.Elements("abcxyzABC019-_".Select(static c => c.ToString()).ToArray())), (1, Gen.Elements("\\.", "\\\\", "\\032", "\\000", "\\255", "*"))).ListOf(size)
                                                     select string.Concat(letters);

    internal static readonly Gen<DnsName> Names = from count in Gen.Choose(0, 4)
                                                  from labels in LabelText.ListOf(count)
                                                  let text = string.Join('.', labels)
                                                  select DnsName.TryParse(text, out var name) ? name : DnsName.Root;

    [Theory]
    [InlineData("example.test", "example.test.")]
    [InlineData("Example.Test.", "Example.Test.")]
    [InlineData(".", ".")]
    [InlineData("a\\.b.test", "a\\.b.test.")]
    [InlineData("a\\046b.test", "a\\.b.test.")]
    [InlineData("\\000\\255", "\\000\\255.")]
    [InlineData("_http._tcp.x", "_http._tcp.x.")]
    public void TryParse_Name_KeepsIt(string text, string written) => DnsName.Parse(text).ToString().ShouldBe(written);

    [Theory]
    [InlineData("")]
    [InlineData("..")]
    [InlineData(".a")]
    [InlineData("a..b")]
    [InlineData("a\\")]
    [InlineData("a\\25")]
    [InlineData("a\\256")]
    [InlineData("a\\2x5")]
    [InlineData("a\u0100")]
    public void TryParse_NotAName_GivesFalse(string text)
    {
        DnsName.TryParse(text, out _).ShouldBeFalse();
        Should.Throw<FormatException>(() => DnsName.Parse(text));
    }

    [Fact]
    public void TryParse_Longest_IsTheLimit()
    {
        var label = new string('a', 63);
        DnsName.TryParse(label, out _).ShouldBeTrue();
        DnsName.TryParse(label + "a", out _).ShouldBeFalse();
        // 4 x 63 letters and 5 bytes of lengths would be 257; with 61 letters at the end it is 255
        DnsName.TryParse($"{label}.{label}.{label}.{label[..61]}", out var longest).ShouldBeTrue();
        longest!.Bytes.Length.ShouldBe(255);
        DnsName.TryParse($"{label}.{label}.{label}.{label[..62]}", out _).ShouldBeFalse();
        DnsName.TryParse($"{label}.{label}.{label}.{label}", out _).ShouldBeFalse();
        DnsName.TryParse(string.Join('.', Enumerable.Repeat("a", 127)), out var deepest).ShouldBeTrue();
        deepest!.Labels.ShouldBe(127);
        DnsName.TryParse(string.Join('.', Enumerable.Repeat("a", 128)), out _).ShouldBeFalse();
    }

    [Fact]
    public void Equals_OtherCase_IsTheSameName()
    {
        DnsName.Parse("WWW.example.TEST").ShouldBe(DnsName.Parse("www.Example.test."));
        DnsName.Parse("WWW.example.TEST").GetHashCode().ShouldBe(DnsName.Parse("www.Example.test.").GetHashCode());
        DnsName.Parse("www.example.test").ShouldNotBe(DnsName.Parse("ww.wexample.test"));
        DnsName.Parse("a.test").Equals(null).ShouldBeFalse();
    }

    [Theory]
    [InlineData("example.test", "example.test", true)]
    [InlineData("a.b.EXAMPLE.test", "example.test", true)]
    [InlineData("example.test", ".", true)]
    [InlineData("badexample.test", "example.test", false)]
    [InlineData("test", "example.test", false)]
    [InlineData("a\\.example.test", "example.test", false)]
    public void IsWithin_Zone_SaysWhether(string name, string zone, bool within) => DnsName.Parse(name).IsWithin(DnsName.Parse(zone)).ShouldBe(within);

    [Fact]
    public void Parent_UpToTheRoot_Ends()
    {
        DnsName.Parse("a.b").Parent.ShouldBe(DnsName.Parse("b"));
        DnsName.Parse("b").Parent.ShouldBe(DnsName.Root);
        DnsName.Root.Parent.ShouldBeNull();
    }

    [Fact]
    public void ToString_AnyName_ReadsBackAsTheSameBytes() => Prop.ForAll(Names.ToArbitrary(), static name =>
        DnsName.Parse(name.ToString()).Bytes.SequenceEqual(name.Bytes)).QuickCheckThrowOnFailure();
}
