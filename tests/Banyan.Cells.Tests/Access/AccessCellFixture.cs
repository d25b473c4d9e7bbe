namespace Banyan.Cells.Tests.Access;

/// <summary>One cell for all tests of a class.</summary>
public sealed class AccessCellFixture : IAsyncLifetime
{
    private AccessCell? _cell;

    internal AccessCell Cell => _cell!;

    public async ValueTask InitializeAsync() => _cell = await AccessCell.StartAsync();

    public async ValueTask DisposeAsync()
    {
        if (_cell is not null)
            await _cell.DisposeAsync();
    }
}
