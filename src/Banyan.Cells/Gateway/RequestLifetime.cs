using Microsoft.AspNetCore.Http.Features;

namespace Banyan.Cells.Gateway;

/// <summary>
/// A request's <c>RequestAborted</c>, which also ends it at its time limit or, for a stream, when the cell drains. The
/// token and its timer are made when an endpoint asks for the token: one that does not ask pays nothing, and could not
/// be stopped by it either.
/// </summary>
internal sealed class RequestLifetime(IHttpRequestLifetimeFeature inner, TimeSpan timeLimit, CancellationToken draining, TimeProvider time) : IHttpRequestLifetimeFeature, IDisposable
{
    private CancellationTokenSource? _linked;
    private CancellationTokenSource? _timer;
    private CancellationToken? _replaced;

    /// <summary>True where the time limit has passed.</summary>
    public bool TimedOut => _timer is { IsCancellationRequested: true };

    /// <summary>True where the client has gone.</summary>
    public bool ClientGone => _linked is not null && inner.RequestAborted.IsCancellationRequested;

    public CancellationToken RequestAborted
    {
        get => _replaced ?? (_linked ?? Link()).Token;
        set => _replaced = value;
    }

    public void Abort() => inner.Abort();

    public void Dispose()
    {
        _linked?.Dispose();
        _timer?.Dispose();
    }

    private CancellationTokenSource Link()
    {
        if (timeLimit == Timeout.InfiniteTimeSpan)
            return _linked = CancellationTokenSource.CreateLinkedTokenSource(inner.RequestAborted, draining);
        _timer = new CancellationTokenSource(timeLimit, time);
        return _linked = CancellationTokenSource.CreateLinkedTokenSource(inner.RequestAborted, _timer.Token);
    }
}
