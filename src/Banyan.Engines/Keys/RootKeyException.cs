namespace Banyan.Engines.Keys;

/// <summary>Root keys can't be had or used; the message is one line that says where and what to do, and never a key.</summary>
public sealed class RootKeyException : Exception
{
    /// <summary>Makes the exception.</summary>
    public RootKeyException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
