using Banyan.Cells.Access;
using Banyan.Services.Identity.Tokens;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;

namespace Banyan.Services.Identity.Tests;

/// <summary>What the gateway does with a bearer token, and no more: the caller is whom a token of this platform names.</summary>
internal sealed class BearerCallers(TestDirectory directory, TimeProvider time) : IStartupFilter
{
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use(async (context, go) =>
        {
            var header = context.Request.Headers.Authorization.ToString();
            if (header.StartsWith("Bearer ", StringComparison.Ordinal) && Read(header["Bearer ".Length..]) is { } caller)
                context.Features.Set(caller);
            await go(context);
        });
        next(app);
    };

    private Caller? Read(string token)
    {
        if (Jwt.Read(token, "at+jwt", directory) is not { } claims || Jwt.Moment(claims, "exp") <= time.GetUtcNow() || Jwt.Text(claims, "sid") is { } sid && directory.IsEnded(sid))
            return null;
        return new Caller
        {
            Kind = Enum.Parse<CallerKind>(Jwt.Text(claims, "kind")!, ignoreCase: true),
            Subject = Jwt.Text(claims, "sub")!,
            Home = Jwt.Text(claims, "home"),
            Roles = [.. claims.GetProperty("roles").EnumerateArray().Select(r => r.GetString()!)],
            Scopes = [.. Jwt.Text(claims, "scope")!.Split(' ', StringSplitOptions.RemoveEmptyEntries)],
            Assurance = Jwt.Text(claims, "acr")![^1] - '0',
            Verification = claims.GetProperty("verification").GetInt32(),
            Session = Jwt.Text(claims, "sid"),
            Client = Jwt.Text(claims, "client_id"),
        };
    }
}
