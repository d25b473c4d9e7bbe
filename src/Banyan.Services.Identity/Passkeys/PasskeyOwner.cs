using Microsoft.AspNetCore.Identity;

namespace Banyan.Services.Identity.Passkeys;

/// <summary>A person as far as a ceremony needs it. Immutable.</summary>
/// <param name="Handle">Its user handle.</param>
/// <param name="Passkeys">Its passkeys, or the one that is asked about.</param>
internal sealed record PasskeyOwner(string Handle, IReadOnlyList<UserPasskeyInfo> Passkeys)
{
    /// <summary>What the framework's handler reads of people; they were read before it is asked, in the transaction of the login.</summary>
    public sealed class Store(PasskeyOwner? owner) : IUserPasskeyStore<PasskeyOwner>
    {
        private const string ReadOnly = "The framework only reads here.";

        public Task<string> GetUserIdAsync(PasskeyOwner user, CancellationToken cancellationToken) => Task.FromResult(user.Handle);

        public Task<PasskeyOwner?> FindByIdAsync(string userId, CancellationToken cancellationToken) => Task.FromResult(owner?.Handle == userId ? owner : null);

        public Task<PasskeyOwner?> FindByPasskeyIdAsync(byte[] credentialId, CancellationToken cancellationToken) => Task.FromResult(Find(owner, credentialId) is null ? null : owner);

        public Task<UserPasskeyInfo?> FindPasskeyAsync(PasskeyOwner user, byte[] credentialId, CancellationToken cancellationToken) => Task.FromResult(Find(user, credentialId));

        public Task<IList<UserPasskeyInfo>> GetPasskeysAsync(PasskeyOwner user, CancellationToken cancellationToken) => Task.FromResult<IList<UserPasskeyInfo>>([.. user.Passkeys]);

        public Task AddOrUpdatePasskeyAsync(PasskeyOwner user, UserPasskeyInfo passkey, CancellationToken cancellationToken) => throw new NotSupportedException(ReadOnly);

        public Task RemovePasskeyAsync(PasskeyOwner user, byte[] credentialId, CancellationToken cancellationToken) => throw new NotSupportedException(ReadOnly);

        public Task<string?> GetUserNameAsync(PasskeyOwner user, CancellationToken cancellationToken) => throw new NotSupportedException(ReadOnly);

        public Task SetUserNameAsync(PasskeyOwner user, string? userName, CancellationToken cancellationToken) => throw new NotSupportedException(ReadOnly);

        public Task<string?> GetNormalizedUserNameAsync(PasskeyOwner user, CancellationToken cancellationToken) => throw new NotSupportedException(ReadOnly);

        public Task SetNormalizedUserNameAsync(PasskeyOwner user, string? normalizedName, CancellationToken cancellationToken) => throw new NotSupportedException(ReadOnly);

        public Task<IdentityResult> CreateAsync(PasskeyOwner user, CancellationToken cancellationToken) => throw new NotSupportedException(ReadOnly);

        public Task<IdentityResult> UpdateAsync(PasskeyOwner user, CancellationToken cancellationToken) => throw new NotSupportedException(ReadOnly);

        public Task<IdentityResult> DeleteAsync(PasskeyOwner user, CancellationToken cancellationToken) => throw new NotSupportedException(ReadOnly);

        public Task<PasskeyOwner?> FindByNameAsync(string normalizedUserName, CancellationToken cancellationToken) => throw new NotSupportedException(ReadOnly);

        public void Dispose()
        {
            // Nothing is held.
        }

        private static UserPasskeyInfo? Find(PasskeyOwner? user, byte[] credentialId) => user?.Passkeys.FirstOrDefault(p => p.CredentialId.AsSpan().SequenceEqual(credentialId));
    }
}
