namespace Banyan.Engines.Certificates;

/// <summary>Certificates or their keys can't be used as they are; the message says where and what to do, in one line. A retry does not help.</summary>
public sealed class CertificatesException(string message, Exception? inner = null) : Exception(message, inner);
