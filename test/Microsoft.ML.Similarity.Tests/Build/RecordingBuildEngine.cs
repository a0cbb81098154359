using System.Collections;
using Microsoft.Build.Framework;

namespace Microsoft.ML.Similarity.Tests.Build;

/// <summary>Lets a task run outside MSBuild and keeps what it reports.</summary>
internal sealed class RecordingBuildEngine : IBuildEngine
{
    public List<string> Errors { get; } = [];

    public List<string> Warnings { get; } = [];

    public bool ContinueOnError => false;

    public int LineNumberOfTaskNode => 0;

    public int ColumnNumberOfTaskNode => 0;

    public string ProjectFileOfTaskNode => "";

    public void LogErrorEvent(BuildErrorEventArgs e) => Errors.Add(e.Message!);

    public void LogWarningEvent(BuildWarningEventArgs e) => Warnings.Add(e.Message!);

    public void LogMessageEvent(BuildMessageEventArgs e)
    {
        // Messages are for people who ask for a detailed log.
    }

    public void LogCustomEvent(CustomBuildEventArgs e) => throw new NotSupportedException();

    public bool BuildProjectFile(string projectFileName, string[] targetNames, IDictionary globalProperties, IDictionary targetOutputs) =>
        throw new NotSupportedException();
}
