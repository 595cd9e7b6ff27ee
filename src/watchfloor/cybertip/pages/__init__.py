"""The screens of CyberTipline reports; a 404 for everybody who is not cleared for child safety and given the role."""
