using Microsoft.AspNetCore.Http;

namespace Banyan.Cells.Peers;

/// <summary>Another cell's answer to a request that was passed on, to be relayed once, or disposed.</summary>
/// <param name="answer">As it came; owned from now on.</param>
public sealed class PassedOnAnswer(HttpResponseMessage answer) : IResult, IDisposable
{
    private static readonly string[] NotRelayed = ["Connection", "Keep-Alive", "Transfer-Encoding", "Date", "Server", "Content-Length"];

    /// <summary>Its status.</summary>
    public int Status => (int)answer.StatusCode;

    /// <inheritdoc/>
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        ArgumentNullException.ThrowIfNull(httpContext);
        using (answer)
        {
            var response = httpContext.Response;
            response.StatusCode = Status;
            foreach (var (name, values) in answer.Headers.Concat(answer.Content.Headers))
            {
                if (!NotRelayed.Contains(name, StringComparer.OrdinalIgnoreCase))
                    response.Headers[name] = values.ToArray();
            }

            if (HttpMethods.IsHead(httpContext.Request.Method) || Status is 204 or 304)
                return;
            response.ContentLength = answer.Content.Headers.ContentLength;
            await answer.Content.CopyToAsync(response.Body, httpContext.RequestAborted);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => answer.Dispose();
}
