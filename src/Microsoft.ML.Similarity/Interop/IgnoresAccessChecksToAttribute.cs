namespace System.Runtime.CompilerServices;

/// <summary>Honoured by the runtime: calls of this assembly to internal members of the named assembly are allowed.</summary>
[AttributeUsage(AttributeTargets.Assembly, AllowMultiple = true)]
internal sealed class IgnoresAccessChecksToAttribute(string assemblyName) : Attribute
{
    public string AssemblyName { get; } = assemblyName;
}
