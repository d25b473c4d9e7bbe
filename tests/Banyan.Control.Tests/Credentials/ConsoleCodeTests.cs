using System.Buffers.Text;
using Banyan.Control.Credentials;
using Banyan.Control.Platform;

namespace Banyan.Control.Tests.Credentials;

public sealed class ConsoleCodeTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);
    private readonly DataFolder _data = new(Directory.CreateTempSubdirectory("banyan-code-").FullName);
    private readonly ApiCredential _key = ApiCredential.Create(OperatorKey.Id);

    [Fact]
    public void TryTake_Fresh_IsTakenOnce()
    {
        var code = ConsoleCode.Create(_key, Now);
        ConsoleCode.TryTake(_key, code, _data, Now).ShouldBeTrue();
        ConsoleCode.TryTake(_key, code, _data, Now).ShouldBeFalse();
    }

    [Fact]
    public async Task TryTake_AtManyFrontDoorsAtOnce_IsTakenByOne()
    {
        var code = ConsoleCode.Create(_key, Now);
        using var start = new ManualResetEventSlim();
        var doors = Enumerable.Range(0, 8).Select(_ => Task.Factory.StartNew(
            () =>
            {
                start.Wait();
                return ConsoleCode.TryTake(_key, code, _data, Now);
            },
            TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default)).ToList();
        start.Set();
        (await Task.WhenAll(doors)).Count(static t => t).ShouldBe(1);
    }

    [Fact]
    public void TryTake_Old_IsNot()
    {
        var code = ConsoleCode.Create(_key, Now);
        ConsoleCode.TryTake(_key, code, _data, Now + ConsoleCode.Life).ShouldBeFalse();
    }

    [Fact]
    public void TryTake_OfAnotherKey_IsNot() => ConsoleCode.TryTake(ApiCredential.Create(OperatorKey.Id), ConsoleCode.Create(_key, Now), _data, Now).ShouldBeFalse();

    [Fact]
    public void TryTake_AnyBitChanged_IsNotAndLeavesNothing()
    {
        var code = Base64Url.DecodeFromChars(ConsoleCode.Create(_key, Now));
        for (var bit = 0; bit < code.Length * 8; bit++)
        {
            code[bit / 8] ^= (byte)(1 << bit % 8);
            ConsoleCode.TryTake(_key, Base64Url.EncodeToString(code), _data, Now).ShouldBeFalse($"bit {bit}");
            code[bit / 8] ^= (byte)(1 << bit % 8);
        }

        Directory.Exists(Path.Combine(_data.Secrets, "console.taken")).ShouldBeFalse("what strangers send makes no files");
    }

    [Fact]
    public void TryTake_Later_ForgetsWhatIsTooOldAnyway()
    {
        for (var i = 0; i < 3; i++)
            ConsoleCode.TryTake(_key, ConsoleCode.Create(_key, Now), _data, Now).ShouldBeTrue();
        var later = Now + ConsoleCode.Life + TimeSpan.FromSeconds(2);
        ConsoleCode.TryTake(_key, ConsoleCode.Create(_key, later), _data, later).ShouldBeTrue();
        Directory.GetFiles(Path.Combine(_data.Secrets, "console.taken")).ShouldHaveSingleItem();
    }

    public void Dispose() => Directory.Delete(_data.Root, recursive: true);
}
