using System.Collections.Immutable;

namespace Banyan.Services.Identity.Accounts;

/// <summary>A person whom this partition knows. Immutable; holds nothing personal.</summary>
/// <param name="Subject">The <c>sub</c> of its tokens: <c>region.22 characters</c>.</param>
/// <param name="Kind"><c>resident</c> or <c>staff</c>.</param>
/// <param name="IsActive">False: may not log in.</param>
/// <param name="Verification">0 not known, 1 contact confirmed, 2 documents checked, 3 checked in depth.</param>
/// <param name="Roles">As the blueprint names them.</param>
/// <param name="Password">The password's hash.</param>
internal sealed record Account(string Subject, string Kind, bool IsActive, int Verification, ImmutableArray<string> Roles, string Password)
{
    public const string Resident = "resident";
    public const string Staff = "staff";
}
