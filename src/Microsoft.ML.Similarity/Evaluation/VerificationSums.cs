namespace Microsoft.ML.Similarity.Evaluation;

/// <summary>Gathers the metrics of verification point by point along the ROC curve.</summary>
internal sealed class VerificationSums
{
    private readonly VerificationPoint[] _atRate;
    private VerificationPoint _last = new(float.NaN, 0, 0);
    private Int128 _leastGap = Int128.MaxValue;
    private Int128 _twiceArea;

    public VerificationSums(long positives, long negatives, double[] falseAcceptRates)
    {
        Positives = positives;
        Negatives = negatives;
        FalseAcceptRates = falseAcceptRates;
        _atRate = new VerificationPoint[falseAcceptRates.Length];
        Array.Fill(_atRate, _last);
        EqualError = MostAccurate = BestF1 = _last;
    }

    public long Positives { get; }

    public long Negatives { get; }

    public double[] FalseAcceptRates { get; }

    public ReadOnlySpan<VerificationPoint> AtRate => _atRate;

    public VerificationPoint EqualError { get; private set; }

    public VerificationPoint MostAccurate { get; private set; }

    public VerificationPoint BestF1 { get; private set; }

    public double AveragePrecision { get; private set; }

    // Whole numbers up to here, so that the area does not depend on the order of the pairs.
    public double AreaUnderRocCurve => (double)_twiceArea / (2 * (double)((Int128)Positives * Negatives));

    public double TrueAcceptRate(VerificationPoint point) => (double)point.TrueAccepts / Positives;

    public double FalseAcceptRate(VerificationPoint point) => VerificationEvaluator.FalseAcceptRate(point, Negatives);

    public double Accuracy(VerificationPoint point) => (double)(point.TrueAccepts + Negatives - point.FalseAccepts) / (Positives + Negatives);

    public double F1(VerificationPoint point) => 2d * point.TrueAccepts / (point.TrueAccepts + point.FalseAccepts + Positives);

    /// <summary>Points in the order of the curve; of equally good ones the first counts, which accepts least.</summary>
    public void Add(VerificationPoint point)
    {
        var accepted = point.TrueAccepts + point.FalseAccepts;
        _twiceArea += (Int128)(point.FalseAccepts - _last.FalseAccepts) * (_last.TrueAccepts + point.TrueAccepts);
        if (point.TrueAccepts > _last.TrueAccepts)
            AveragePrecision += (double)(point.TrueAccepts - _last.TrueAccepts) / Positives * point.TrueAccepts / accepted;

        var gap = Int128.Abs((Int128)(Positives - point.TrueAccepts) * Negatives - (Int128)point.FalseAccepts * Positives);
        if (gap < _leastGap)
            (_leastGap, EqualError) = (gap, point);
        if (point.TrueAccepts - point.FalseAccepts > MostAccurate.TrueAccepts - MostAccurate.FalseAccepts)
            MostAccurate = point;
        if (F1(point) > F1(BestF1))
            BestF1 = point;
        for (var i = 0; i < _atRate.Length; i++)
        {
            if (FalseAcceptRate(point) <= FalseAcceptRates[i] && point.TrueAccepts > _atRate[i].TrueAccepts)
                _atRate[i] = point;
        }
        _last = point;
    }
}
