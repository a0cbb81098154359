using System.Diagnostics;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.Similarity.Rows;

namespace Microsoft.ML.Similarity.Training;

/// <summary>
/// A cursor over the data of a call of Fit: says how far it is, may be cancelled, and says in which row the view behind it
/// failed. What readers themselves find wrong passes by it.
/// </summary>
internal sealed class ReadingCursor : DataViewRowCursor
{
    private const int ManyRows = 1024;

    private static readonly TimeSpan ReportEvery = TimeSpan.FromSeconds(1);

    private readonly IDataView _data;
    private readonly DataViewSchema.Column[] _columns;
    private readonly DataViewRowCursor _input;
    private readonly TrainingRun _run;
    private readonly string _table;
    private readonly int _rowsBetweenLooks;
    private readonly long? _totalRows;
    private readonly IProgressChannel _channel;
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private TimeSpan _nextReport = ReportEvery;
    private long _read;

    /// <param name="data">The view to read.</param>
    /// <param name="columns">Those of its columns that are read.</param>
    /// <param name="table">What it is called in messages.</param>
    /// <param name="run">Hears of it, and may be cancelled.</param>
    public ReadingCursor(IDataView data, IEnumerable<DataViewSchema.Column> columns, string table, TrainingRun run)
    {
        _data = data;
        _columns = [.. columns];
        _run = run;
        _table = table;
        // A photograph takes as long as many vectors.
        _rowsBetweenLooks = Array.Exists(_columns, column => InputColumns.IsPicture(column.Type)) ? 1 : ManyRows;
        _totalRows = data.GetRowCount();
        _input = data.GetRowCursor(_columns);
        _channel = run.StartProgress($"Reading the {table}");
        _channel.SetHeader(new ProgressHeader("rows"), entry => entry.SetProgress(0, Interlocked.Read(ref _read), _totalRows ?? double.NaN));
    }

    public override long Position => _input.Position;

    public override long Batch => _input.Batch;

    public override DataViewSchema Schema => _input.Schema;

    public override bool IsColumnActive(DataViewSchema.Column column) => _input.IsColumnActive(column);

    /// <exception cref="OperationCanceledException">The caller of Fit wants an end.</exception>
    /// <exception cref="InvalidOperationException">The view failed; the message says in which row.</exception>
    public override bool MoveNext()
    {
        if (_read % _rowsBetweenLooks == 0)
            Look();
        if (!MoveInput())
        {
            Complete();
            return false;
        }
        Interlocked.Increment(ref _read);
        return true;
    }

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        var getter = _input.GetGetter<TValue>(column);
        return (ref TValue value) =>
        {
            try
            {
                getter(ref value);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                throw Failure(e, _read - 1, column.Name);
            }
        };
    }

    public override ValueGetter<DataViewRowId> GetIdGetter() => _input.GetIdGetter();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _channel.Dispose();
            _input.Dispose();
        }
        base.Dispose(disposing);
    }

    private void Look()
    {
        if (_run.IsCancelled())
            throw new OperationCanceledException($"Reading the {_table} was cancelled.");
        if (_clock.Elapsed >= _nextReport)
            Report(isComplete: false);
    }

    private void Complete()
    {
        _channel.Checkpoint(_read, _totalRows);
        _run.Channel.Info(MessageSensitivity.None, "Read {0} rows of the {1} in {2:F1} s.", _read, _table, _clock.Elapsed.TotalSeconds);
        Report(isComplete: true);
    }

    private void Report(bool isComplete)
    {
        var elapsed = _clock.Elapsed;
        _nextReport = elapsed + ReportEvery;
        _run.Report(new ReadingProgress
        {
            Table = _table,
            RowsRead = _read,
            TotalRows = _totalRows,
            RowsPerSecond = _read / elapsed.TotalSeconds,
            Elapsed = elapsed,
            IsComplete = isComplete,
        });
    }

    private bool MoveInput()
    {
        try
        {
            return _input.MoveNext();
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            throw Failure(e, _read, column: null);
        }
    }

    private InvalidOperationException Failure(Exception e, long row, string? column)
    {
        if (!FailedRow.IsAhead(e))
            return Failed(row, column, e);
        return FailedRow.Find(_data, _columns, _run) is var (failedRow, failedColumn, error)
            ? Failed(failedRow, failedColumn, error)
            : new($"Reading the {_table} failed in row {row} (counted from 0), or in one of those after it: {e.GetBaseException().Message}", e);
    }

    private InvalidOperationException Failed(long row, string? column, Exception e) =>
        new($"Reading the {_table} failed in row {row} (counted from 0){(column is null ? "" : $", column '{column}'")}: {e.Message}", e);
}
