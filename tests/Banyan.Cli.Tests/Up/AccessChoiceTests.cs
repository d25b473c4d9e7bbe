using Banyan.Cli.Up;

namespace Banyan.Cli.Tests.Up;

public class AccessChoiceTests
{
    private static readonly UpOptions NothingSaid = new() { Data = "/nowhere", Cells = 6 };

    [Fact]
    public void Make_NothingSaid_Asks() => AccessChoice.Make(NothingSaid).ShouldBeTrue();

    [Fact]
    public void Make_Off_DoesNot() => AccessChoice.Make(NothingSaid with { Access = false }).ShouldBeFalse();

    [Fact]
    public void Make_BothOff_DoesNot() => AccessChoice.Make(NothingSaid with { Access = false, Tls = false }).ShouldBeFalse();

    [Theory]
    [InlineData(null)]
    [InlineData(true)]
    public void Make_TlsOffAlone_IsRefusedRatherThanOpen(bool? access) =>
        Should.Throw<CommandFailure>(() => AccessChoice.Make(NothingSaid with { Access = access, Tls = false })).Message.ShouldEndWith("leave --tls off out, or say --access off too");
}
